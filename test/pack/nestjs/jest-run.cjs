/** One application in each test file: jest ends by itself, as nothing of them stays open. Run by jest itself, as two files. */
const { use } = require('./application.cjs');

for (const name of ['one application', 'another one after it']) test(name, use);
