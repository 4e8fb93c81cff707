"""What is measured on each family: tasks, views, slices, and the evaluation itself."""
