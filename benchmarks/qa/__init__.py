"""What is measured on domain QA releases: retrieval tasks, choice ranking, models' answers."""
