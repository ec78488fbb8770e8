/** The service of run.mjs for standard decorators. */
import { Cached, CacheRegistry } from 'scrubjay';

export const registry = new CacheRegistry({ persist: { directory: process.env['SCRUBJAY_DIRECTORY'] as string } });

export class Base {
  @Cached({ registry, params: ['name'] })
  greet(name: string): string {
    return `hello ${name}`;
  }
}

export class Users extends Base {
  readonly loads: string[] = [];
  tenant: string;

  constructor(tenant: string) {
    super();
    this.tenant = tenant;
  }

  @Cached({ registry, params: ['id', 'locale'], capacity: 10 })
  async find(id: string, locale = 'en'): Promise<string> {
    this.loads.push(`find ${id}`);
    await Promise.resolve();
    if (id === 'bad') throw new Error(`no ${id}`);
    return `${this.tenant} ${id} ${locale}`;
  }

  @Cached({ registry, params: ['options'] })
  query(options: { readonly take: number; readonly where?: object }): number {
    this.loads.push('query');
    return options.take;
  }

  @Cached({ registry, params: ['...numbers'] })
  sum<T extends number>(...numbers: T[]): number {
    this.loads.push('sum');
    return numbers.reduce((sum: number, number) => sum + number, 0);
  }

  @Cached({ registry })
  async undeclared(first: string, second = 'en'): Promise<string> {
    this.loads.push('undeclared');
    return Promise.resolve(first + second);
  }

  @Cached({ registry, params: ['text'] })
  static parse(text: string): number {
    return Number(text);
  }

  @Cached({ registry, params: ['currency'], persist: 'jsonl', name: 'rates', scope: 'class' })
  rate(currency: string): { readonly [currency: string]: number } {
    this.loads.push('rate');
    return { [currency]: 1 };
  }

  @Cached({ registry })
  #secret(id: string): string {
    this.loads.push('secret');
    return `secret ${id}`;
  }

  secret(id: string): string {
    return this.#secret(id);
  }

  override greet(name: string): string {
    return `${super.greet(name)}!`;
  }
}
