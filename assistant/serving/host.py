"""Runs a worker: in this process, or as replicas under Ray Serve where several GPUs are there."""

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
from assistant.serving.worker import Access, application
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.applications import Starlette

    from assistant.settings import Settings

KEEP_ALIVE_SECONDS = 75  # longer than clients keep a connection, so that none is closed under a call
MOST_ONGOING = 512  # calls that one replica is handed; its own queue says when it is too many


def access(settings: Settings, address: str) -> Access:
    """Who may ask a worker that listens on `address`.

    Raises:
        VideoAssistantError: it would be open to all.
    """
    token, local = settings.token, address in wire.LOOPBACK
    if token is None and not local:
        raise VideoAssistantError(
            f"{address} can be reached from other machines; set a token in VIDEO_ASSISTANT_CORE_TOKEN, here and for "
            "those who may ask, or leave --address away"
        )
    return Access(token, local)


def build(settings: Settings, who: Access, cache_bytes: int) -> Starlette:
    """The worker of the settings' core, loaded."""
    from assistant.session import Session

    session = Session(settings)
    return application(session.local_blip, session.checkpoint_name, access=who, cache_bytes=cache_bytes)


def run(settings: Settings, *, address: str, port: int, cache_bytes: int, told: Callable[[str], object]) -> None:
    """Serves from this process until it is interrupted.

    Args:
        port: 0 takes a free one.
        told: given the address once the worker answers there.

    Raises:
        VideoAssistantError: it would be open to all, the port is taken, or the core cannot be loaded.
    """
    import uvicorn

    who = access(settings, address)
    listening = _listen(address, port)
    app = build(settings, who, cache_bytes)
    told(_url(address, listening.getsockname()[1]))
    # Loading the core is what takes long; the socket holds whoever came in the meantime.
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_keep_alive=KEEP_ALIVE_SECONDS)
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])


def run_replicas(
    settings: Settings, *, replicas: int, address: str, port: int, cache_bytes: int, told: Callable[[str], object]
) -> None:
    """Serves from so many replicas behind one address, by Ray Serve; each has a GPU where there are some.

    Raises:
        VideoAssistantError: Ray is not installed, there are fewer GPUs, the port is taken, the worker would be open to
            all, or the core is not there or cannot be loaded.
    """
    import torch

    from assistant.session import Session

    who = access(settings, address)
    with _listen(address, port) as free:
        port = free.getsockname()[1]
    checkpoint_folder("core", Session(settings).local_blip.checkpoint)  # or every replica would tell it, and try again
    gpus = torch.cuda.device_count()
    if 0 < gpus < replicas:
        raise VideoAssistantError(
            f"--replicas {replicas} need a GPU each, and there are {gpus}; ask for as many at most"
        )

    def built() -> Starlette:  # Ray calls it in each replica, and knows what to call by its being a plain function
        return build(settings, who, cache_bytes)

    ray, serve = _ray()
    ray.init(
        num_cpus=replicas,
        num_gpus=gpus,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="error",
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # Ray's own leaves its processes to themselves
    try:
        serve.start(http_options={"host": address, "port": port, "keep_alive_timeout_s": KEEP_ALIVE_SECONDS})
        deployed = serve.deployment(
            num_replicas=replicas,
            max_ongoing_requests=MOST_ONGOING,
            ray_actor_options={"num_cpus": 1, "num_gpus": 1 if gpus else 0},
            logging_config={"log_level": "ERROR", "enable_access_log": False},
        )(serve.ingress(built)())
        serve.run(deployed.bind(), name="core", route_prefix="/")
        told(_url(address, port))
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return
    except RuntimeError as error:  # a replica that cannot start; its own words are in Ray's logs
        raise VideoAssistantError(f"Ray Serve could not start the core: {str(error).splitlines()[0][:300]}") from error
    finally:
        serve.shutdown()
        ray.shutdown()


def _ray() -> tuple[Any, Any]:
    """Ray and Ray Serve, for this program alone.

    Its ports take code from whoever reaches them: they ask for a token that only this run and its children know.

    Raises:
        VideoAssistantError: they are not installed.
    """
    os.environ |= {
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
        "RAY_USAGE_STATS_ENABLED": "0",  # nothing is sent home
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


def _url(address: str, port: int) -> str:
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"
