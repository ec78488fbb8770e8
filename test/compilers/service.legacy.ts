/** The service of run.mjs for TypeScript's own decorators. */
import { Cached, CacheRegistry, Key } from 'scrubjay';

export const registry = new CacheRegistry({ persist: { directory: process.env['SCRUBJAY_DIRECTORY'] as string } });

export class Base {
  @Cached({ registry })
  greet(@Key('name') name: string): string {
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

  @Cached({ registry, capacity: 10 })
  async find(@Key('id') id: string, @Key('locale') locale = 'en'): Promise<string> {
    this.loads.push(`find ${id}`);
    await Promise.resolve();
    if (id === 'bad') throw new Error(`no ${id}`);
    return `${this.tenant} ${id} ${locale}`;
  }

  @Cached({ registry })
  query(@Key('options') options: { readonly take: number; readonly where?: object }): number {
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

  @Cached({ registry })
  static parse(@Key('text') text: string): number {
    return Number(text);
  }

  @Cached({ registry, persist: 'jsonl', name: 'rates', scope: 'class' })
  rate(@Key('currency') currency: string): { readonly [currency: string]: number } {
    this.loads.push('rate');
    return { [currency]: 1 };
  }

  override greet(name: string): string {
    return `${super.greet(name)}!`;
  }
}
