"""Runs a worker in this process, or as several replicas under Ray Serve."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from assistant.models.base import checkpoint_folder
from assistant.serving import wire
from assistant.serving.worker import Access, build_application
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.applications import Starlette

    from assistant.models.blip.instructblip import InstructBlip
    from assistant.settings import Settings

    BuildCore = Callable[[Settings], tuple[InstructBlip, str]]
    """Returns the core of the settings, not yet loaded, and the name of its checkpoint."""

KEEP_ALIVE_SECONDS = 75  # longer than clients keep a connection, so that none is closed during a call
MAX_ONGOING = 512  # calls that Ray passes to a replica; the replica's own queue refuses when they are too many


def choose_access(settings: Settings, address: str) -> Access:
    """Returns who may call a worker that listens on `address`.

    Raises:
        VideoAssistantError: other machines can reach it, and no token is set.
    """
    token, local_only = settings.token, address in wire.LOOPBACK
    if token is None and not local_only:
        raise VideoAssistantError(
            f"{address} can be reached from other machines; set a token in VIDEO_ASSISTANT_CORE_TOKEN, here and for "
            "those who may ask, or leave --address away"
        )
    return Access(token, local_only)


def _load_worker(settings: Settings, build_core: BuildCore, access: Access, cache_bytes: int) -> Starlette:
    """The application of the settings' core; the core is loaded."""
    blip, name = build_core(settings)
    return build_application(blip, name, access=access, cache_bytes=cache_bytes)


def serve(
    settings: Settings,
    build_core: BuildCore,
    *,
    address: str,
    port: int,
    cache_bytes: int,
    on_ready: Callable[[str], object],
) -> None:
    """Serves a core from this process until it is interrupted.

    Args:
        port: 0 takes a free one.
        cache_bytes: of picture features that are cached for repeated calls.
        on_ready: called with the URL of the worker when it accepts connections.

    Raises:
        VideoAssistantError: it would be open to all, the port is taken, or the core cannot be loaded.
    """
    import uvicorn

    access = choose_access(settings, address)
    listening = _listen(address, port)  # before the core is loaded, which takes long; early clients wait
    app = _load_worker(settings, build_core, access, cache_bytes)
    on_ready(_format_url(address, listening.getsockname()[1]))
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_keep_alive=KEEP_ALIVE_SECONDS)
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])


def serve_replicas(
    settings: Settings,
    build_core: BuildCore,
    *,
    replicas: int,
    address: str,
    port: int,
    cache_bytes: int,
    on_ready: Callable[[str], object],
) -> None:
    """Serves several replicas of a core behind a single address with Ray Serve, each on a GPU if there are GPUs.

    The other arguments are those of `serve`.

    Raises:
        VideoAssistantError: Ray is not installed, there are fewer GPUs than replicas, the port is taken, the worker
            would be open to all, or the checkpoint is missing or cannot be loaded.
    """
    import torch

    access = choose_access(settings, address)
    with _listen(address, port) as free:
        port = free.getsockname()[1]
    checkpoint_folder("core", build_core(settings)[0].checkpoint)  # else every replica would report it and try again
    gpus = torch.cuda.device_count()
    if 0 < gpus < replicas:
        raise VideoAssistantError(
            f"--replicas {replicas} need a GPU each, and there are {gpus}; ask for as many at most"
        )

    def build_replica() -> Starlette:  # called by Ray in each replica, which accepts a plain function only
        return _load_worker(settings, build_core, access, cache_bytes)

    ray, ray_serve = _import_ray()
    ray.init(
        num_cpus=replicas,
        num_gpus=gpus,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="error",
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # Ray's handler would leave its processes running
    try:
        ray_serve.start(http_options={"host": address, "port": port, "keep_alive_timeout_s": KEEP_ALIVE_SECONDS})
        deployment = ray_serve.deployment(
            num_replicas=replicas,
            max_ongoing_requests=MAX_ONGOING,
            ray_actor_options={"num_cpus": 1, "num_gpus": 1 if gpus else 0},
            logging_config={"log_level": "ERROR", "enable_access_log": False},
        )(ray_serve.ingress(build_replica)())
        ray_serve.run(deployment.bind(), name="core", route_prefix="/")
        on_ready(_format_url(address, port))
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return
    except RuntimeError as error:  # a replica cannot start; Ray's logs hold its error
        raise VideoAssistantError(f"Ray Serve could not start the core: {str(error).splitlines()[0][:300]}") from error
    finally:
        ray_serve.shutdown()
        ray.shutdown()


def _import_ray() -> tuple[Any, Any]:
    """Ray and Ray Serve, protected by a token that only this process and its children know.

    The token is needed since Ray's ports execute code from anyone who can reach them.

    Raises:
        VideoAssistantError: they are not installed.
    """
    os.environ |= {
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
        "RAY_USAGE_STATS_ENABLED": "0",  # so that nothing leaves this machine
    }
    try:
        import ray
        from ray import serve
    except ImportError as error:
        raise VideoAssistantError(
            f"--replicas needs Ray Serve ({error}); install it with `pip install 'video-assistant[serve]'`, or leave "
            "--replicas away to serve one core from this process"
        ) from None
    return ray, serve


def _listen(address: str, port: int) -> socket.socket:
    try:
        return socket.create_server((address, port), family=socket.AF_INET6 if ":" in address else socket.AF_INET)
    except (OSError, OverflowError) as error:
        raise VideoAssistantError(
            f"{address}:{port} cannot be listened on ({error}); give another --port or --address"
        ) from None


def _format_url(address: str, port: int) -> str:
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"
