#!/usr/bin/env python3
"""Holds day counts to those of QuantLib. Each line has the name, two dates, the days between them, and what part of a year they
are, as a fraction. Prints how many agree, or fails at those that do not."""

import csv
import datetime
import functools
import sys

import QuantLib as ql

COUNTERS = {
    "ACT/360": ql.Actual360(),
    "ACT/365F": ql.Actual365Fixed(),
    "ACT/ACT ISDA": ql.ActualActual(ql.ActualActual.ISDA),
    "30/360 US": ql.Thirty360(ql.Thirty360.USA),
    "30E/360": ql.Thirty360(ql.Thirty360.European),
}


@functools.cache
def date(text):
    day = datetime.date.fromisoformat(text)
    return ql.Date(day.day, day.month, day.year)


def main():
    count = 0
    with open(sys.argv[1], encoding="utf-8") as lines:
        for name, start, end, days, numerator, denominator in csv.reader(lines):
            counter, start, end = COUNTERS[name], date(start), date(end)
            said = counter.dayCount(start, end), counter.yearFraction(start, end)
            fraction = int(numerator) / int(denominator)
            if said[0] != int(days) or abs(said[1] - fraction) > 1e-12 * max(1, abs(fraction)):
                sys.exit(f"{name} from {start} to {end}: {days} days and {fraction}; QuantLib has {said}")
            count += 1
    print(f"{count} day counts agree")


main()
