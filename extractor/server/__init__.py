"""The service: one article or a job of many over HTTP; jobs are folder runs, and survive a restart."""
