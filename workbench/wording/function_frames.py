"""Frames of functions: what the value of each, or the condition that it is, is called in a language.

A key is a function's operator, with the number of arguments behind a stroke where that may vary. The slots are
``{a} {b} ...`` for the arguments, or ``{list}`` for any number of them. Every frame begins with words of its own, so
that no sentence has two readings, and none holds the words that join statements.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass

from workbench.model.functions import FUNCTIONS

__all__ = ["ENGLISH", "GERMAN", "FunctionFrame", "open_frame"]


@dataclass(frozen=True, slots=True)
class FunctionFrame:
    """The frame of a function, for any number of arguments when it takes a list."""

    operator: str
    text: str
    slots: tuple[str, ...]
    before: str
    after: str
    is_condition: bool
    takes_list: bool

    def fits(self, text: str) -> bool:
        """Tell at a glance whether ``text`` may be in this frame."""
        return text.startswith(self.before) and text.endswith(self.after)

    def accepts(self, count: int) -> bool:
        """Tell whether the function takes so many arguments."""
        return FUNCTIONS[self.operator].accepts(count)


def open_frame(key: str, text: str) -> FunctionFrame | None:
    """Take the frame of a function apart; None for one that is not known, or whose slots are not in order."""
    operator, _, count = key.partition("/")
    slots = tuple(re.findall(r"\{[a-z]+\}", text))
    function = FUNCTIONS.get(operator)
    wanted = len(function.parameters) if function is not None and not count else int(count or 0)
    named = tuple(f"{{{letter}}}" for letter in string.ascii_lowercase[:wanted])
    takes_list = slots == ("{list}",)
    if function is None or not (takes_list or slots == named):
        return None
    before, after = text.partition(slots[0])[0], text.rpartition(slots[-1])[2]
    return FunctionFrame(operator, text, slots, before, after, function.condition, takes_list)


ENGLISH = (
    ("integerDivide", "the whole quotient of {a} by {b}"),
    ("mod", "the remainder of {a} by {b}"),
    ("pow", "the power of {a} with exponent {b}"),
    ("unaryPlus", "the number {a}"),
    ("unaryMinus", "the negative of {a}"),
    ("abs", "the absolute value of {a}"),
    ("ceiling", "the next whole number from {a} upwards"),
    ("floor", "the next whole number from {a} downwards"),
    ("round", "the whole number nearest to {a}"),
    ("roundHalfToEven/1", "the even rounding of {a}"),
    ("roundHalfToEven/2", "the even rounding of {a} to decimal place {b}"),
    ("booleanNot", "the opposite of {a}"),
    ("stringEqualIgnoreCase", "the text {a} is the same but for capitals as {b}"),
    ("stringConcat", "the joining of {list}"),
    ("substring/2", "the part of {a} from character {b}"),
    ("substring/3", "the part of {a} from character {b} with length {c}"),
    ("stringLength", "the number of characters of {a}"),
    ("normalizeSpace", "the text {a} with single spaces"),
    ("upperCase", "the text {a} in capitals"),
    ("lowerCase", "the text {a} in small letters"),
    ("translate", "the text {a} with characters {b} changed to {c}"),
    ("contains", "the text {a} contains {b}"),
    ("containsIgnoreCase", "the text {a} contains but for capitals {b}"),
    ("startsWith", "the text {a} begins with {b}"),
    ("endsWith", "the text {a} ends with {b}"),
    ("substringBefore", "the part of {a} before {b}"),
    ("substringAfter", "the part of {a} after {b}"),
    ("matches", "the text {a} matches the pattern {b}"),
    ("replace", "the text {a} with matches of {b} replaced by {c}"),
    ("yearMonthDuration", "the duration of {a} years {b} months"),
    ("dayTimeDuration", "the duration of {a} days {b} hours {c} minutes {d} seconds"),
    ("addYearMonthDurations", "the sum in months of {list}"),
    ("subtractYearMonthDurations", "the months {a} less {b}"),
    ("multiplyYearMonthDuration", "the months {a} taken {b} times"),
    ("divideYearMonthDurations", "the months {a} split by {b}"),
    ("addDayTimeDurations", "the sum in seconds of {list}"),
    ("subtractDayTimeDurations", "the seconds {a} less {b}"),
    ("multiplyDayTimeDurations", "the seconds {a} taken {b} times"),
    ("divideDayTimeDuration", "the seconds {a} split by {b}"),
    ("dateTime/6", "the moment of year {a} month {b} day {c} hour {d} minute {e} second {f}"),
    ("dateTime/7", "the moment of year {a} month {b} day {c} hour {d} minute {e} second {f} in zone {g}"),
    ("date/3", "the date of year {a} month {b} day {c}"),
    ("date/4", "the date of year {a} month {b} day {c} in zone {d}"),
    ("time/3", "the clock time of hour {a} minute {b} second {c}"),
    ("time/4", "the clock time of hour {a} minute {b} second {c} in zone {d}"),
    ("subtractDates", "the time to date {a} from date {b}"),
    ("subtractTimes", "the time to clock time {a} from clock time {b}"),
    ("addYearMonthDurationToDateTime", "the moment {a} moved on by months {b}"),
    ("subtractYearMonthDurationFromDateTime", "the moment {a} moved back by months {b}"),
    ("addDayTimeDurationToDateTime", "the moment {a} moved on by time {b}"),
    ("subtractDayTimeDurationFromDateTime", "the moment {a} moved back by time {b}"),
    ("addYearMonthDurationToDate", "the date {a} moved on by months {b}"),
    ("subtractYearMonthDurationFromDate", "the date {a} moved back by months {b}"),
    ("addDayTimeDurationToDate", "the date {a} moved on by time {b}"),
    ("subtractDayTimeDurationFromDate", "the date {a} moved back by time {b}"),
    ("addDayTimeDurationToTime", "the clock time {a} moved on by time {b}"),
    ("subtractDayTimeDurationFromTime", "the clock time {a} moved back by time {b}"),
    ("subtractDateTimesYieldingYearMonthDuration", "the whole months to moment {a} from moment {b}"),
    ("subtractDateTimesYieldingDayTimeDuration", "the time to moment {a} from moment {b}"),
    ("year", "the year of {a}"),
    ("month", "the month of {a}"),
    ("day", "the day of {a}"),
    ("hours", "the hour of {a}"),
    ("minutes", "the minute of {a}"),
    ("seconds", "the second of {a}"),
)

GERMAN = (
    ("integerDivide", "der ganze Quotient von {a} durch {b}"),
    ("mod", "der Rest von {a} durch {b}"),
    ("pow", "die Potenz von {a} mit Exponent {b}"),
    ("unaryPlus", "die Zahl {a}"),
    ("unaryMinus", "das Negative von {a}"),
    ("abs", "der Betrag von {a}"),
    ("ceiling", "die nächste ganze Zahl von {a} aufwärts"),
    ("floor", "die nächste ganze Zahl von {a} abwärts"),
    ("round", "die ganze Zahl, die {a} am nächsten liegt"),
    ("roundHalfToEven/1", "die gerade Rundung von {a}"),
    ("roundHalfToEven/2", "die gerade Rundung von {a} auf Stelle {b}"),
    ("booleanNot", "das Gegenteil von {a}"),
    ("stringEqualIgnoreCase", "der Text {a} gleicht bis auf Großschreibung {b}"),
    ("stringConcat", "die Verkettung von {list}"),
    ("substring/2", "der Teil von {a} ab Zeichen {b}"),
    ("substring/3", "der Teil von {a} ab Zeichen {b} mit Länge {c}"),
    ("stringLength", "die Zahl der Zeichen von {a}"),
    ("normalizeSpace", "der Text {a} mit einfachen Leerzeichen"),
    ("upperCase", "der Text {a} in Großbuchstaben"),
    ("lowerCase", "der Text {a} in Kleinbuchstaben"),
    ("translate", "der Text {a} mit Zeichen {b} geändert in {c}"),
    ("contains", "der Text {a} enthält {b}"),
    ("containsIgnoreCase", "der Text {a} enthält bis auf Großschreibung {b}"),
    ("startsWith", "der Text {a} beginnt mit {b}"),
    ("endsWith", "der Text {a} endet auf {b}"),
    ("substringBefore", "der Teil von {a} vor {b}"),
    ("substringAfter", "der Teil von {a} nach {b}"),
    ("matches", "der Text {a} passt auf das Muster {b}"),
    ("replace", "der Text {a} mit Treffern von {b} ersetzt durch {c}"),
    ("yearMonthDuration", "die Dauer von {a} Jahren {b} Monaten"),
    ("dayTimeDuration", "die Dauer von {a} Tagen {b} Stunden {c} Minuten {d} Sekunden"),
    ("addYearMonthDurations", "die Summe in Monaten von {list}"),
    ("subtractYearMonthDurations", "die Monate {a} weniger {b}"),
    ("multiplyYearMonthDuration", "die Monate {a} genommen {b} mal"),
    ("divideYearMonthDurations", "die Monate {a} geteilt in {b}"),
    ("addDayTimeDurations", "die Summe in Sekunden von {list}"),
    ("subtractDayTimeDurations", "die Sekunden {a} weniger {b}"),
    ("multiplyDayTimeDurations", "die Sekunden {a} genommen {b} mal"),
    ("divideDayTimeDuration", "die Sekunden {a} geteilt in {b}"),
    ("dateTime/6", "der Zeitpunkt von Jahr {a} Monat {b} Tag {c} Stunde {d} Minute {e} Sekunde {f}"),
    ("dateTime/7", "der Zeitpunkt von Jahr {a} Monat {b} Tag {c} Stunde {d} Minute {e} Sekunde {f} in Zone {g}"),
    ("date/3", "das Datum von Jahr {a} Monat {b} Tag {c}"),
    ("date/4", "das Datum von Jahr {a} Monat {b} Tag {c} in Zone {d}"),
    ("time/3", "die Uhrzeit von Stunde {a} Minute {b} Sekunde {c}"),
    ("time/4", "die Uhrzeit von Stunde {a} Minute {b} Sekunde {c} in Zone {d}"),
    ("subtractDates", "die Zeit bis Datum {a} von Datum {b}"),
    ("subtractTimes", "die Zeit bis Uhrzeit {a} von Uhrzeit {b}"),
    ("addYearMonthDurationToDateTime", "der Zeitpunkt {a} weiter um Monate {b}"),
    ("subtractYearMonthDurationFromDateTime", "der Zeitpunkt {a} zurück um Monate {b}"),
    ("addDayTimeDurationToDateTime", "der Zeitpunkt {a} weiter um Zeit {b}"),
    ("subtractDayTimeDurationFromDateTime", "der Zeitpunkt {a} zurück um Zeit {b}"),
    ("addYearMonthDurationToDate", "das Datum {a} weiter um Monate {b}"),
    ("subtractYearMonthDurationFromDate", "das Datum {a} zurück um Monate {b}"),
    ("addDayTimeDurationToDate", "das Datum {a} weiter um Zeit {b}"),
    ("subtractDayTimeDurationFromDate", "das Datum {a} zurück um Zeit {b}"),
    ("addDayTimeDurationToTime", "die Uhrzeit {a} weiter um Zeit {b}"),
    ("subtractDayTimeDurationFromTime", "die Uhrzeit {a} zurück um Zeit {b}"),
    ("subtractDateTimesYieldingYearMonthDuration", "die ganzen Monate bis Zeitpunkt {a} von Zeitpunkt {b}"),
    ("subtractDateTimesYieldingDayTimeDuration", "die Zeit bis Zeitpunkt {a} von Zeitpunkt {b}"),
    ("year", "das Jahr von {a}"),
    ("month", "der Monat von {a}"),
    ("day", "der Tag von {a}"),
    ("hours", "die Stunde von {a}"),
    ("minutes", "die Minute von {a}"),
    ("seconds", "die Sekunde von {a}"),
)
