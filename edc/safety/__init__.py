"""Safety: the terminology of adverse events, grades of laboratory values, and reference ranges. No Django."""
