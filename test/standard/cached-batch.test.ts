import '../both-kinds/cached-batch';
