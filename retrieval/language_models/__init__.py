"""Language models that answer: endpoints and local ones, every response recorded."""
