import './both-kinds/cache-defaults';
