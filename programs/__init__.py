"""Python programs as data and in motion: functions, dependencies, private copies, sandboxed tests."""
