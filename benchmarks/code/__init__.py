"""Code: retrieval tasks, generation, execution, pass@k, dependency recall, specialisation."""
