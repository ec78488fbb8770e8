/**
 * Ways to find the entry of a call. Each gives, for a method `load` with so many parameters, a function that answers from memory what it was called with before.
 */
const packageOf = async (name) => {
  const module = await import(name);
  return module.default ?? module;
};

/** A text made of the list of arguments, and a Map. */
function byText(textOf) {
  return ({ load, parameters }) => {
    const entries = new Map();
    const find = (args) => {
      const key = textOf(args);
      const known = entries.get(key);
      if (known !== undefined) return known;
      const value = load(...args);
      entries.set(key, value);
      return value;
    };
    if (parameters.length === 1 && !parameters[0].startsWith('...')) return (one) => find([one]);
    return (...args) => find(args);
  };
}

/** A builder of keys from a package. */
const builder = (name, pick = (module) => module) => ({
  name,
  role: 'peer',
  packages: [name],
  make: async (method) => byText(pick(await packageOf(name)))(method),
});

export const contenders = [
  {
    name: 'Map.get, key at hand',
    role: 'floor',
    isChecked: false,
    make: ({ load }) => {
      const entries = new Map();
      const find = (key) => entries.get(key);
      find.store = (key, args) => entries.set(key, load(...args));
      return find;
    },
  },
  {
    name: 'template by hand',
    role: 'by hand',
    isChecked: false,
    make({ load, scenario: { byHand, parameters } }) {
      const entries = new Map();
      const answer = (key, args) => {
        const value = load(...args);
        entries.set(key, value);
        return value;
      };
      if (parameters[0].startsWith('...')) {
        return (...tags) => {
          const key = byHand(...tags);
          return entries.get(key) ?? answer(key, tags);
        };
      }
      return (one, two, three) => {
        const key = byHand(one, two, three);
        return entries.get(key) ?? answer(key, [one, two, three]);
      };
    },
  },
  {
    name: 'scrubjay, key + Map',
    role: 'ours',
    async make({ parameters, ...method }, library) {
      const { keyOfCall } = await import(new URL('../build/modules/key/call-key.js', library));
      const rule = { method: 'Service.find', parameters: parameters.map(parameterOf), isComplete: !parameters.at(-1).startsWith('...') };
      return byText((args) => keyOfCall(rule, undefined, args))({ parameters, ...method });
    },
  },
  {
    name: 'scrubjay, whole hit',
    role: 'ours',
    async make({ load, parameters }, library) {
      const { cached } = await import(new URL('esm/index.js', library));
      const Service = serviceOf(load, parameters);
      cached(Service, 'find', { capacity: 10_000, params: parameters });
      const service = new Service();
      if (parameters.length > 1 || parameters[0].startsWith('...')) return (one, two, three) => service.find(one, two, three);
      return (one) => service.find(one);
    },
  },
  { name: 'JSON.stringify', role: 'peer', make: byText((args) => JSON.stringify(args)) },
  builder('fast-json-stable-stringify'),
  builder('safe-stable-stringify'),
  builder('json-stable-stringify'),
  builder('object-hash'),
  { name: 'ohash', role: 'peer', packages: ['ohash'], make: async (method) => byText((await import('ohash')).serialize)(method) },
  { name: 'hash-it', role: 'peer', packages: ['hash-it'], make: async (method) => byText((await import('hash-it')).hash)(method) },
  { name: 'devalue', role: 'peer', packages: ['devalue'], make: async (method) => byText((await import('devalue')).stringify)(method) },
  {
    name: 'fast-memoize',
    role: 'peer',
    packages: ['fast-memoize'],
    make: async ({ load, parameters }) => (await packageOf('fast-memoize'))(withLength(load, parameters)),
  },
  {
    name: 'memoizee, primitive',
    role: 'peer',
    packages: ['memoizee'],
    make: async ({ load, parameters }) =>
      (await packageOf('memoizee'))(load, { primitive: true, length: parameters[0].startsWith('...') ? false : parameters.length }),
  },
  {
    name: 'moize, deep',
    role: 'peer',
    packages: ['moize'],
    make: async ({ load }) => {
      const module = await packageOf('moize');
      return (module.default ?? module)(load, { isDeepEqual: true, maxSize: 10_000 });
    },
  },
  {
    name: 'typescript-memoize',
    role: 'peer',
    packages: ['typescript-memoize'],
    async make({ load }) {
      const { Memoize } = await packageOf('typescript-memoize');
      const descriptor = { value: load };
      Memoize()({}, 'find', descriptor);
      const service = { find: descriptor.value };
      return (one, two, three) => service.find(one, two, three);
    },
  },
];

const parameterOf = (name) => ({ name: name.replace('...', ''), isRest: name.startsWith('...'), isIgnored: false });

/** A service as people write it: a method with so many parameters. */
function serviceOf(load, parameters) {
  if (parameters[0].startsWith('...'))
    return class {
      find(...tags) {
        return load.apply(undefined, [...tags]);
      }
    }; // prettier-ignore
  if (parameters.length === 1)
    return class {
      find(one) {
        return load(one);
      }
    }; // prettier-ignore
  return class {
    find(one, two, three) {
      return load(one, two, three);
    }
  }; // prettier-ignore
}

/** A function of as many parameters, for those who ask. */
function withLength(load, parameters) {
  if (parameters[0].startsWith('...')) return (...args) => load(...args);
  return parameters.length === 1 ? (one) => load(one) : (one, two, three) => load(one, two, three);
}
