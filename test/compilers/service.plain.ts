/** The service of run.mjs where no tool runs decorators. */
import { CacheRegistry, cached } from 'scrubjay';

export const registry = new CacheRegistry({ persist: { directory: process.env['SCRUBJAY_DIRECTORY'] as string } });

export class Base {
  static {
    cached(this, 'greet', { registry, params: ['name'] });
  }

  greet(name: string): string {
    return `hello ${name}`;
  }
}

export class Users extends Base {
  static {
    cached(this, 'find', { registry, params: ['id', 'locale'], capacity: 10 });
    cached(this, 'query', { registry, params: ['options'] });
    cached(this, 'sum', { registry, params: ['...numbers'] });
    cached(this, 'undeclared', { registry });
    cached(this, 'parse', { registry, params: ['text'] });
    cached(this, 'rate', { registry, params: ['currency'], persist: 'jsonl', name: 'rates', scope: 'class' });
  }

  readonly loads: string[] = [];
  tenant: string;

  constructor(tenant: string) {
    super();
    this.tenant = tenant;
  }

  async find(id: string, locale = 'en'): Promise<string> {
    this.loads.push(`find ${id}`);
    await Promise.resolve();
    if (id === 'bad') throw new Error(`no ${id}`);
    return `${this.tenant} ${id} ${locale}`;
  }

  query(options: { readonly take: number; readonly where?: object }): number {
    this.loads.push('query');
    return options.take;
  }

  sum<T extends number>(...numbers: T[]): number {
    this.loads.push('sum');
    return numbers.reduce((sum: number, number) => sum + number, 0);
  }

  async undeclared(first: string, second = 'en'): Promise<string> {
    this.loads.push('undeclared');
    return Promise.resolve(first + second);
  }

  static parse(text: string): number {
    return Number(text);
  }

  rate(currency: string): { readonly [currency: string]: number } {
    this.loads.push('rate');
    return { [currency]: 1 };
  }

  override greet(name: string): string {
    return `${super.greet(name)}!`;
  }
}
