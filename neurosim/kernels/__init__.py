"""Compiled building blocks on numbers and arrays: elementary functions, random numbers, linear algebra, runtime."""
