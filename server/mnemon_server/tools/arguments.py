"""Checking a call's arguments against the declaration, with errors a model can act on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mnemon_server.errors import UsageError
from mnemon_server.tools.declarations import JsonValue, Parameter, Tool

_WHOLE = re.compile(r"[+-]?\d{1,15}")


def checked(tool: Tool, arguments: Mapping[str, Any]) -> dict[str, JsonValue]:  # Any: whatever a client sent
    """The arguments of one call, defaults filled in; null counts as not given.

    Raises:
        UsageError: unknown or missing arguments, a wrong type, out of range, or none of the choices.
    """
    known = {parameter.name for parameter in tool.parameters}
    surplus = sorted(set(arguments) - known)
    if surplus:
        takes = ", ".join(parameter.name for parameter in tool.parameters) or "no arguments"
        raise UsageError(f"{tool.name} has no argument {surplus[0]!r}", f"it takes {takes}")
    found: dict[str, JsonValue] = {}
    for parameter in tool.parameters:
        value = arguments.get(parameter.name)
        if value is None:
            if parameter.required:
                raise UsageError(f"{tool.name} needs {parameter.name!r}: {parameter.description}")
            found[parameter.name] = parameter.default
        else:
            found[parameter.name] = _value(parameter, value)
    return found


def _value(parameter: Parameter, value: object) -> JsonValue:
    if parameter.kind == "integer":
        return _in_range(parameter, _whole_number(parameter, value))
    if parameter.kind == "boolean":
        # Some clients send every argument as text.
        plain = {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else value
        if not isinstance(plain, bool):
            raise UsageError(f"{parameter.name} takes true or false")
        return plain
    if not isinstance(value, str):
        raise UsageError(f"{parameter.name} takes a text")
    if parameter.choices and value not in parameter.choices:
        raise UsageError(f"unknown {parameter.name} {value!r}", f"one of {', '.join(parameter.choices)}")
    return value


def _whole_number(parameter: Parameter, value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value)
    raise UsageError(f"{parameter.name} takes a whole number")


def _in_range(parameter: Parameter, number: int) -> int:
    smallest, largest = parameter.smallest, parameter.largest
    if smallest is not None and number < smallest:
        raise UsageError(f"{parameter.name} is {smallest} or more, not {number}")
    if largest is not None and number > largest:
        raise UsageError(f"{parameter.name} is {largest} or less, not {number}")
    return min(number, (1 << 63) - 1)
