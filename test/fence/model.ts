/**
 * What a cache may do while loads are under way, slow and obvious: a few lists and no cleverness. Beside it a judge, who knows nothing of caches: he writes down when
 * each result began to be loaded and what was invalidated when, and says whether a caller may be answered with it.
 */

/** What happens, one thing at a time. */
export type Deed =
  | { readonly deed: 'call' | 'delete' | 'expire' | 'where' | 'put'; readonly key: string }
  | { readonly deed: 'land' | 'landTagged' | 'fail'; readonly load: number }
  | { readonly deed: 'tag' | 'clear' | 'age' | 'restart' };

export interface FenceOptions {
  readonly keys: readonly string[];
  readonly capacity: number;
  /** Results that are past their time are answered with while a load is under way. */
  readonly isStaleOfUse: boolean;
  /** Results that are used in the second half of their time are fetched anew. */
  readonly isRefreshedAhead: boolean;
  readonly isPersisted: boolean;
}

interface Result {
  /** Each result has a number of its own. */
  readonly number: number;
  readonly isTagged: boolean;
}

interface Caller {
  readonly number: number;
  /** It came when the tag was invalidated already and the load under way. */
  readonly isLate: boolean;
}

interface Load {
  readonly number: number;
  readonly key: string;
  readonly callers: Caller[];
  /** Its result may be stored, and who asks waits for it. */
  counts: boolean;
  sawTag: boolean;
}

interface Entry extends Result {
  readonly key: string;
  /** In halves of its time. */
  age: number;
  isRefreshing: boolean;
}

/** In halves of the time that results stay fresh. */
const FRESH_FOR = 2;

export class FenceModel {
  /** By caller: the number of the result, or `failed`; nothing for those who still wait. */
  readonly answers: (number | 'failed' | undefined)[] = [];
  readonly judge = new Judge();
  readonly #options: FenceOptions;
  /** Least recently used first. */
  #entries: Entry[] = [];
  #loads: Load[] = [];
  #numbers = 0;

  constructor(options: FenceOptions) {
    this.#options = options;
  }

  /** Numbers of the loads under way, the oldest first. */
  get underWay(): readonly number[] {
    return this.#loads.map(({ number }) => number);
  }

  /** Whether nothing is left that a deed could change. */
  get isIdle(): boolean {
    return this.#entries.length === 0 && this.#loads.length === 0;
  }

  /** Whether somebody waits for a load who may have to ask again: they would ask a process that has ended. */
  get hasLateCallers(): boolean {
    return this.#loads.some(({ callers }) => callers.some(({ isLate }) => isLate));
  }

  /** How many results there were. */
  get results(): number {
    return this.#numbers;
  }

  /** The number of the fresh result under each key. */
  peek(): (number | undefined)[] {
    return this.#options.keys.map((key) => this.#entries.find((entry) => entry.key === key && entry.age < FRESH_FOR)?.number);
  }

  do(deed: Deed): void {
    switch (deed.deed) {
      case 'call':
        this.judge.asks(this.answers.length);
        this.#call(deed.key, this.answers.push(undefined) - 1);
        break;
      case 'land':
      case 'landTagged':
      case 'fail':
        this.#end(deed.load, deed.deed);
        break;
      case 'put':
        this.#invalidate(deed.key);
        this.judge.begins(++this.#numbers, deed.key, false);
        this.#store(deed.key, { number: this.#numbers, isTagged: false });
        break;
      case 'expire':
        if (this.#options.isStaleOfUse) this.#expire(deed.key);
        else this.#invalidate(deed.key);
        break;
      case 'delete':
      case 'where':
        this.#invalidate(deed.key);
        break;
      case 'clear':
        for (const key of this.#options.keys) this.#invalidate(key);
        break;
      case 'tag':
        this.judge.invalidatesTag();
        this.#entries = this.#entries.filter(({ isTagged }) => !isTagged);
        for (const load of this.#loads) load.sawTag = true;
        break;
      case 'age':
        for (const entry of this.#entries) entry.age++;
        if (!this.#options.isStaleOfUse) this.#entries = this.#entries.filter(({ age }) => age < FRESH_FOR);
        break;
      case 'restart':
        // Loads go on in the process that ends; nobody asks it any more.
        for (const load of this.#loads) load.counts = false;
        for (const entry of this.#entries) entry.isRefreshing = false;
        break;
    }
  }

  #call(key: string, caller: number): void {
    const entry = this.#entries.find((each) => each.key === key);
    if (entry !== undefined) {
      const isFresh = entry.age < FRESH_FOR;
      if (isFresh ? this.#options.isRefreshedAhead && entry.age === 1 && !entry.isRefreshing : true) {
        entry.isRefreshing = true;
        if (this.#current(key) === undefined) this.#begin(key);
      }
      this.#use(entry);
      this.#answer(caller, entry, isFresh);
      return;
    }
    const current = this.#current(key);
    (current ?? this.#begin(key)).callers.push({ number: caller, isLate: current?.sawTag === true });
  }

  #begin(key: string): Load {
    const load: Load = { number: ++this.#numbers, key, callers: [], counts: true, sawTag: false };
    this.judge.begins(load.number, key);
    this.#loads.push(load);
    return load;
  }

  #end(number: number, how: 'land' | 'landTagged' | 'fail'): void {
    const load = this.#loads.find((each) => each.number === number) as Load;
    this.#loads = this.#loads.filter((each) => each !== load);
    if (how === 'fail') {
      for (const caller of load.callers) this.answers[caller.number] = 'failed';
      return;
    }
    const result = { number, isTagged: how === 'landTagged' };
    this.judge.lands(number, result.isTagged);
    const isOutdated = result.isTagged && load.sawTag;
    if (load.counts) {
      this.#entries = this.#entries.filter(({ key }) => key !== load.key || !isOutdated);
      if (!isOutdated) this.#store(load.key, result);
    }
    for (const caller of load.callers) if (!(isOutdated && caller.isLate)) this.#answer(caller.number, result, true);
    for (const caller of load.callers) if (isOutdated && caller.isLate) this.#call(load.key, caller.number);
  }

  #answer(caller: number, { number }: Result, isFresh: boolean): void {
    this.answers[caller] = number;
    if (isFresh) this.judge.answers(caller, number);
  }

  #current(key: string): Load | undefined {
    return this.#loads.find((load) => load.key === key && load.counts);
  }

  #invalidate(key: string): void {
    this.judge.invalidates(key);
    this.#entries = this.#entries.filter((entry) => entry.key !== key);
    this.#fence(key);
  }

  #expire(key: string): void {
    this.judge.invalidates(key);
    for (const entry of this.#entries) if (entry.key === key) entry.age = FRESH_FOR;
    this.#fence(key);
  }

  #fence(key: string): void {
    for (const load of this.#loads) if (load.key === key) load.counts = false;
  }

  #store(key: string, result: Result): void {
    this.#entries = [...this.#entries.filter((entry) => entry.key !== key), { ...result, key, age: 0, isRefreshing: false }].slice(-this.#options.capacity);
  }

  #use(entry: Entry): void {
    this.#entries = [...this.#entries.filter((each) => each !== entry), entry];
  }
}

/** Says that a caller was answered with something that had been invalidated before it asked. */
class Judge {
  /** What was wrong; empty when nothing was. */
  readonly verdicts: string[] = [];
  #moment = 0;
  readonly #asked: number[] = [];
  readonly #results: { key: string; began: number; isTagged: boolean }[] = [];
  readonly #invalidations: { moment: number; key: string | undefined }[] = [];

  asks(caller: number): void {
    this.#asked[caller] = ++this.#moment;
  }

  begins(result: number, key: string, isTagged = false): void {
    this.#results[result] = { key, began: ++this.#moment, isTagged };
  }

  lands(result: number, isTagged: boolean): void {
    Object.assign(this.#results[result] as object, { isTagged });
  }

  invalidates(key: string): void {
    this.#invalidations.push({ moment: ++this.#moment, key });
  }

  invalidatesTag(): void {
    this.#invalidations.push({ moment: ++this.#moment, key: undefined });
  }

  answers(caller: number, result: number): void {
    const { key, began, isTagged } = this.#results[result] as { key: string; began: number; isTagged: boolean };
    const between = this.#invalidations.find(
      (each) => (each.key === key || (each.key === undefined && isTagged)) && began < each.moment && each.moment < (this.#asked[caller] as number),
    );
    if (between !== undefined) this.verdicts.push(`caller ${caller} was answered with result ${result} of ${key}, which was invalidated before it asked`);
  }
}
