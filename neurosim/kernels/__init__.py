"""Compiled building blocks on numbers and arrays: functions, random numbers, linear algebra and their runtime."""
