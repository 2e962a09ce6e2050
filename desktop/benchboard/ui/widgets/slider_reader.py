"""Sliders that are drawn by the program itself, for screen readers: their value, its limits and its step."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import shiboken6
from PySide6.QtGui import QAccessible, QAccessibleValueChangeEvent, QAccessibleValueInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget

from benchboard.ui.widgets import accessible, accessible_factory


@dataclass(frozen=True, slots=True)
class SliderValue:
    """A slider's value, the least and the greatest that it can have now, and its step, all in the same unit; `text` is
    the value with its unit.
    """

    now: float
    least: float
    most: float
    step: float
    text: str


NO_VALUE = SliderValue(0.0, 0.0, 0.0, 0.0, "")
"""That of a slider which shows nothing."""


@runtime_checkable
class HasSliderValue(Protocol):
    """A widget that is a slider."""

    def slider_value(self) -> SliderValue: ...

    def set_slider_value(self, value: float) -> None:
        """Take the nearest value to this one that is possible."""


def install(kind: type[QWidget]) -> None:
    """Have the widgets of a class read as sliders, before one is made. Calling it again does nothing."""
    accessible_factory.install_for(kind, _SliderObject)


def tell_slider_value(widget: QWidget) -> None:
    """Tell the screen reader that a slider has another value now."""
    if isinstance(widget, HasSliderValue) and QAccessible.isActive():
        accessible.send(QAccessibleValueChangeEvent(widget, widget.slider_value().now))


class _SliderInterface(QAccessibleValueInterface):
    def __init__(self, slider: HasSliderValue) -> None:
        super().__init__()
        self._slider = slider

    def currentValue(self) -> float:
        return self._value().now

    def setCurrentValue(self, value: object) -> None:
        if isinstance(value, int | float) and shiboken6.isValid(self._slider):
            self._slider.set_slider_value(float(value))

    def minimumValue(self) -> float:
        return self._value().least

    def maximumValue(self) -> float:
        return self._value().most

    def minimumStepSize(self) -> float:
        return self._value().step

    def _value(self) -> SliderValue:
        return self._slider.slider_value() if shiboken6.isValid(self._slider) else NO_VALUE


class _SliderObject(QAccessibleWidget):
    """A widget as Qt describes it, with a value."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget, QAccessible.Role.Slider, "")
        assert isinstance(widget, HasSliderValue)
        self._slider, self._value = widget, _SliderInterface(widget)

    def text(self, kind: QAccessible.Text) -> str:
        if kind == QAccessible.Text.Value and shiboken6.isValid(self._slider):
            return self._slider.slider_value().text
        return super().text(kind)

    def interface_cast(self, kind: QAccessible.InterfaceType) -> shiboken6.Shiboken.VoidPtr:  # type: ignore[override]  # its stub says int
        if kind == QAccessible.InterfaceType.ValueInterface:
            return shiboken6.Shiboken.VoidPtr(shiboken6.getCppPointer(self._value)[0])
        found = super().interface_cast(kind)
        # PySide takes None for the address of something, and the truth of an address isn't whether there is one.
        return shiboken6.Shiboken.VoidPtr(0) if found is None else found  # type: ignore[return-value]  # likewise
