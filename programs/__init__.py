"""Python programs as data and in motion: functions, dependencies, copies, sandboxes, tests."""
