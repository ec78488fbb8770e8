import './both-kinds/cache-writes';
