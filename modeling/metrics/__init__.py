"""Published statistics for evaluating scores and readers: numpy, scipy and lifelines only."""
