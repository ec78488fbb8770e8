import './both-kinds/classes-after-restart';
