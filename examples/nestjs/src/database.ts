/** An SQLite database in one file. sql.js holds it in memory, so each change writes the file anew before it is acknowledged. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Injectable } from '@nestjs/common';
// @ts-expect-error: sql.js comes without types.
import initSqlJs from 'sql.js';

/** A row as SQLite gives it. */
export type Row = Readonly<Record<string, string | number | null>>;

interface Statement {
  bind(values: readonly (string | number)[]): void;
  step(): boolean;
  getAsObject(): Row;
  free(): void;
}

interface SqlDatabase {
  run(sql: string, values?: readonly (string | number)[]): void;
  prepare(sql: string): Statement;
  export(): Uint8Array;
}

@Injectable()
export class Database {
  /** Queries so far, to see what the caches save. */
  queries = 0;

  private constructor(
    private readonly sql: SqlDatabase,
    private readonly file: string,
  ) {}

  static async open(file: string): Promise<Database> {
    const { Database: Sql } = (await initSqlJs()) as { Database: new (bytes?: Uint8Array) => SqlDatabase };
    if (existsSync(file)) return new Database(new Sql(readFileSync(file)), file);
    const database = new Database(new Sql(), file);
    database.sql.run('CREATE TABLE cities (id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL, population INTEGER NOT NULL)');
    for (let id = 1; id <= CITIES; id++) {
      database.sql.run('INSERT INTO cities VALUES (?, ?, ?, ?)', [id, `City ${id}`, COUNTRIES[id % COUNTRIES.length] as string, id * 1000]);
    }
    database.write();
    return database;
  }

  async all(sql: string, ...values: (string | number)[]): Promise<Row[]> {
    this.queries++;
    const statement = this.sql.prepare(sql);
    try {
      statement.bind(values);
      const rows: Row[] = [];
      while (statement.step()) rows.push(statement.getAsObject());
      return rows;
    } finally {
      statement.free();
    }
  }

  async change(sql: string, ...values: (string | number)[]): Promise<void> {
    this.sql.run(sql, values);
    this.write();
  }

  private write(): void {
    writeFileSync(`${this.file}.new`, this.sql.export());
    renameSync(`${this.file}.new`, this.file);
  }
}

const CITIES = 1000;
const COUNTRIES = ['FR', 'DE', 'IT', 'ES'];
