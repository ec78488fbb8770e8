import { Flight, SingleFlight as Flights, type LoadEvents } from '../../src/flight/single-flight';
import { COPIES } from '../../src/key/call-table';
import { errorOf, gate } from '../support/promises';

const k = { text: 'k', copy: undefined };

/** The two steps of a load as one. */
class SingleFlight extends Flights {
  constructor() {
    super(COPIES);
  }

  start(load: PromiseLike<unknown>, events: LoadEvents<undefined>): Promise<unknown> {
    const flight = new Flight(k);
    this.begin(flight);
    this.follow(flight, load, events, undefined);
    return this.join(flight, []);
  }
}

const recorder = (): LoadEvents<undefined> & { readonly seen: unknown[] } => {
  const seen: unknown[] = [];
  return {
    seen,
    ended: () => seen.push('ended'),
    failed: () => {
      seen.push('failed');
      return undefined;
    },
    isKeptLate: false,
    keep: (value) => {
      seen.push(['keep', value]);
      return false;
    },
  };
};

test('who asks while a load is under way gets the promise of that load', async () => {
  const flights = new SingleFlight();
  const load = gate<string>();
  const promise = flights.start(load.promise, recorder());
  expect(flights.of(k)?.promise).toBe(promise);
  expect(flights.of({ text: 'other', copy: undefined })).toBeUndefined();
  load.open('value');
  expect(await promise).toBe('value');
  expect(flights.of(k)).toBeUndefined();
});

describe('where what is kept has to be waited for', () => {
  const late = (keep: LoadEvents<undefined>['keep']): LoadEvents<undefined> => ({ ...recorder(), isKeptLate: true, keep });

  test('the result is kept before anybody is answered', async () => {
    const flights = new SingleFlight();
    const seen: string[] = [];
    let disk: (() => void) | undefined;
    const events = late((_value, _call, kept) => {
      disk = kept;
      return true;
    });
    const promise = flights.start(Promise.resolve('value'), events).then((value) => seen.push(`answered ${String(value)}`));
    await new Promise(setImmediate);
    expect(seen).toEqual([]);
    seen.push('kept');
    disk?.();
    await promise;
    expect(seen).toEqual(['kept', 'answered value']);
  });

  test('callers are answered at once when there is nothing to wait for, and when the flight was fenced off', async () => {
    const flights = new SingleFlight();
    expect(
      await flights.start(
        Promise.resolve('value'),
        late(() => false),
      ),
    ).toBe('value');
    const load = gate<string>();
    const promise = flights.start(
      load.promise,
      late(() => true),
    );
    flights.fence(k);
    load.open('old');
    expect(await promise).toBe('old');
  });

  test('a load that fails, and a result that cannot be kept, reach the caller as they are', async () => {
    const flights = new SingleFlight();
    const failure = new Error('down');
    expect(
      await errorOf(() =>
        flights.start(
          Promise.reject(failure),
          late(() => true),
        ),
      ),
    ).toBe(failure);
    const broken = late(() => {
      throw failure;
    });
    expect(await errorOf(() => flights.start(Promise.resolve('value'), broken))).toBe(failure);
    expect(await flights.start(Promise.reject(failure), { ...late(() => true), failed: () => ({ value: 'instead' }) })).toBe('instead');
  });
});

test('a flight that failed is over before anybody hears of it, and nothing is kept', async () => {
  const flights = new SingleFlight();
  const events = recorder();
  const failure = new Error('down');
  const promise = flights.start(Promise.reject(failure), events);
  const seenByCaller = promise.catch(() => flights.of(k));
  expect(await errorOf(() => promise)).toBe(failure);
  expect(await seenByCaller).toBeUndefined();
  expect(events.seen).toEqual(['failed']);
});

test('a flight that was fenced off answers its callers and is neither kept nor joined', async () => {
  const flights = new SingleFlight();
  const [old, young] = [gate<string>(), gate<string>()];
  const oldEvents = recorder();
  const oldAnswer = flights.start(old.promise, oldEvents);
  flights.fence(k);
  expect(flights.of(k)).toBeUndefined();
  const youngAnswer = flights.start(young.promise, recorder());
  old.open('old');
  expect(await oldAnswer).toBe('old');
  expect(oldEvents.seen).toEqual(['ended']);
  expect(flights.of(k)?.promise).toBe(youngAnswer);
  young.open('young');
  expect(await youngAnswer).toBe('young');
});

test('a fenced flight that fails does not end the younger one', async () => {
  const flights = new SingleFlight();
  const old = gate<string>();
  const answer = flights.start(old.promise, recorder());
  flights.fenceAll();
  const young = flights.start(Promise.resolve('young'), recorder());
  old.fail(new Error('late'));
  expect((await errorOf(() => answer)).message).toBe('late');
  expect(await young).toBe('young');
});

test('a load that is invalidated before the method has given its promise does not count', async () => {
  const flights = new SingleFlight();
  const events = recorder();
  const flight = new Flight(k);
  flights.begin(flight);
  expect(flights.of(k)).toBe(flight);
  flights.fence(k);
  flights.follow(flight, Promise.resolve('value'), events, undefined);
  expect(await flights.join(flight, [])).toBe('value');
  expect(events.seen).toEqual(['ended']);
  const sync = new Flight(k);
  flights.begin(sync);
  expect([flights.end(sync), flights.end(sync)]).toEqual([true, false]);
});

test('a promise is waited for as `await` does, whatever `then` somebody has given it', async () => {
  const flights = new SingleFlight();
  const odd = Promise.resolve('value');
  odd.then = (() => undefined) as never;
  expect(await flights.start(odd, recorder())).toBe('value');
});
