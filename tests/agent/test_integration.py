"""LangChain's own integration tests, on the pocket core."""

from importlib.resources import files
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_tests.integration_tests import ChatModelIntegrationTests

from assistant.agent.cores.langchain import ChatInstructBlip

pytestmark = pytest.mark.slow


class TestPocketCore(ChatModelIntegrationTests):
    @pytest.fixture(autouse=True)
    def _hide_what_the_suite_prints(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The suite prints which class it checks for overrides, and a test that prints fails."""
        monkeypatch.setattr("langchain_tests.base.print", lambda *_: None, raising=False)

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ChatInstructBlip

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"checkpoint": str(files("assistant.models") / "pocket" / "instructblip")}

    @property
    def supports_image_inputs(self) -> bool:
        return True

    # Not passed, and why; LangChain's suite wants them marked so.

    @pytest.mark.xfail(reason="asks for the 3 in 'magic_function(3)': the pocket core knows no digits", strict=True)
    def test_tool_calling(self, model: BaseChatModel) -> None:
        super().test_tool_calling(model)

    @pytest.mark.xfail(reason="as test_tool_calling", strict=True)
    async def test_tool_calling_async(self, model: BaseChatModel) -> None:
        await super().test_tool_calling_async(model)

    @pytest.mark.xfail(reason="fetches its picture from the internet", strict=True)
    def test_image_inputs(self, model: BaseChatModel) -> None:
        super().test_image_inputs(model)

    @pytest.mark.xfail(reason="asks for Chinese letters, of which the pocket core knows none", strict=True)
    def test_unicode_tool_call_integration(
        self,
        model: BaseChatModel,
        *,
        tool_choice: str | None = None,  # noqa: PT028 - the suite's own signature
        force_tool_call: bool = True,  # noqa: PT028
    ) -> None:
        super().test_unicode_tool_call_integration(model, tool_choice=tool_choice, force_tool_call=force_tool_call)
