"""Rules: facts in, a decision with its reasons out. Nothing here touches the world."""
