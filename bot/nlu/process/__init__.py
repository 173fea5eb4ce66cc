"""What Rasa's process is given beside the pipeline: importer, tracker store, logs, deadlines."""
