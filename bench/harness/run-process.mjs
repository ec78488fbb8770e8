/** One run of one contender, in a process of its own: see `runs.mjs`. */
const [module, question] = process.argv.slice(2);
const { run } = await import(module);
const figures = await run(JSON.parse(question), new URL('../../dist/', import.meta.url));
process.send(figures, () => process.exit());
