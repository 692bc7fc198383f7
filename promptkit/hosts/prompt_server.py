"""Offers prompts and instructions over MCP to hosts that show MCP prompts: prompts, resources, completion."""

from __future__ import annotations

from typing import Any

from mcp import MCPError
from mcp.server.lowlevel import Server
from mcp.types import (
    INVALID_PARAMS,
    CompleteRequestParams,
    CompleteResult,
    Completion,
    GetPromptRequestParams,
    GetPromptResult,
    ListPromptsResult,
    ListResourcesResult,
    PromptArgument,
    PromptMessage,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    TextContent,
    TextResourceContents,
)
from mcp.types import Prompt as McpPrompt

from promptkit.argument_type import type_of, written
from promptkit.errors import PromptkitError
from promptkit.guard.request_ids import OrderlyServer
from promptkit.library.instructions import Variant, build_instructions, instructions_version
from promptkit.library.profile import today_at
from promptkit.library.render import default_of, render
from promptkit.library.store import Library
from promptkit.model import Argument, Profile, Prompt, Status
from promptkit.text import sanitized

MAX_COMPLETIONS = 100


class PromptServer:
    """The handlers of one server. Prompts are loaded once, when it is created."""

    def __init__(self, library: Library, profile: Profile) -> None:
        offered = [prompt for prompt in library.load_prompts() if prompt.status is not Status.DRAFT]
        self._prompts = {prompt.name: prompt for prompt in offered}
        self._texts = {f"instructions://{one}": build_instructions(library, one) for one in Variant}
        self._profile = profile
        self.version = instructions_version(library)

    def build(self, **options: Any) -> Server[Any]:  # noqa: ANN401
        """The server, ready for stdio or HTTP; options are those of the SDK's server."""
        return OrderlyServer(
            "promptkit",
            version=self.version,
            on_list_prompts=self._list_prompts,
            on_get_prompt=self._get_prompt,
            on_completion=self._complete,
            on_list_resources=self._list_resources,
            on_read_resource=self._read_resource,
            **options,
        )

    async def _list_prompts(self, context: Any, params: Any) -> ListPromptsResult:  # noqa: ANN401
        return ListPromptsResult(prompts=[self._listed(prompt) for prompt in self._prompts.values()])

    def _listed(self, prompt: Prompt) -> McpPrompt:
        arguments = [
            PromptArgument(
                name=name,
                description=argument.description,
                required=default_of(name, argument, self._profile) is None,
            )
            for name, argument in prompt.arguments.items()
        ]
        description = f"{prompt.description} {prompt.deprecation_notice}".rstrip()
        return McpPrompt(name=prompt.name, title=prompt.title, description=description, arguments=arguments)

    async def _get_prompt(self, context: Any, params: GetPromptRequestParams) -> GetPromptResult:  # noqa: ANN401
        prompt = self._prompts.get(params.name)
        if prompt is None:
            raise MCPError(INVALID_PARAMS, f"Unknown prompt: {sanitized(params.name)}")
        given = params.arguments or {}
        known = prompt.arguments
        try:
            values = {
                name: type_of(known[name]).parse(text, today_at(self._profile)) if name in known else text
                for name, text in given.items()
            }
            text = render(prompt, values, self._profile)
        except PromptkitError as error:
            raise MCPError(INVALID_PARAMS, "; ".join(one.message for one in error.problems)) from error
        content = TextContent(type="text", text=text)
        return GetPromptResult(description=prompt.description, messages=[PromptMessage(role="user", content=content)])

    async def _complete(self, context: Any, params: CompleteRequestParams) -> CompleteResult:  # noqa: ANN401
        prompt = self._prompts.get(getattr(params.ref, "name", ""))
        argument = prompt.arguments.get(params.argument.name) if prompt else None
        values = [choice for choice in self._choices(argument) if choice.startswith(params.argument.value)]
        is_cut = len(values) > MAX_COMPLETIONS
        return CompleteResult(
            completion=Completion(values=values[:MAX_COMPLETIONS], total=len(values), has_more=is_cut)
        )

    def _choices(self, argument: Argument | None) -> list[str]:
        if argument is None:
            return []
        return [*type_of(argument).options(argument, self._profile)] or [*map(written, argument.examples)]

    async def _list_resources(self, context: Any, params: Any) -> ListResourcesResult:  # noqa: ANN401
        resources = [Resource(name=uri.partition("://")[2], uri=uri, mime_type="text/markdown") for uri in self._texts]
        return ListResourcesResult(resources=resources)

    async def _read_resource(self, context: Any, params: ReadResourceRequestParams) -> ReadResourceResult:  # noqa: ANN401
        text = self._texts.get(str(params.uri))
        if text is None:
            raise MCPError(INVALID_PARAMS, f"Resource not found: {sanitized(params.uri)}")
        return ReadResourceResult(contents=[TextResourceContents(uri=params.uri, text=text, mime_type="text/markdown")])
