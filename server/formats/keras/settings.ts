import { damaged } from "./refusal";

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The settings of a layer or of a part of one (its `config`), read by name and type. `null` counts as absent. */
export class Settings {
  /** @param owner whose settings they are, for messages, e.g. `the layer conv2d`. */
  constructor(
    private readonly values: Json,
    private readonly owner: string,
  ) {}

  /** As it stands; undefined when it is absent or null. */
  raw(name: string): unknown {
    return Object.hasOwn(this.values, name) ? (this.values[name] ?? undefined) : undefined;
  }

  has(name: string): boolean {
    return this.raw(name) !== undefined;
  }

  /** @throws Refusal when it is something else, or absent without an `otherwise`. */
  flag(name: string, otherwise?: boolean): boolean {
    return this.read(name, otherwise, "true or false", (value) => (typeof value === "boolean" ? value : undefined));
  }

  /** @throws Refusal when it is something else, or absent without an `otherwise`. */
  number(name: string, otherwise?: number): number {
    return this.read(name, otherwise, "a number", (value) => (isNumber(value) ? value : undefined));
  }

  /** @throws Refusal when it is something else, or absent without an `otherwise`. */
  integer(name: string, otherwise?: number): number {
    return this.read(name, otherwise, "a whole number", (value) =>
      Number.isInteger(value) ? (value as number) : undefined,
    );
  }

  /** @throws Refusal when it is something else, or absent without an `otherwise`. */
  text(name: string, otherwise?: string): string {
    return this.read(name, otherwise, "a text", (value) => (typeof value === "string" ? value : undefined));
  }

  /**
   * A list of whole numbers; one number stands for a list of it.
   * @param count how many there must be.
   * @throws Refusal when it is something else, or absent without an `otherwise`.
   */
  integers(name: string, count: number, otherwise?: readonly number[]): readonly number[] {
    return this.read(name, otherwise, `${count} whole numbers`, (value) => {
      const list: readonly unknown[] = Array.isArray(value) ? value : new Array<unknown>(count).fill(value);
      return list.length === count && list.every(Number.isInteger) ? (list as number[]) : undefined;
    });
  }

  /** The settings of an object that is one of these; undefined when it is absent. */
  nested(name: string): Settings | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (!isJson(value)) throw this.fault(name, "an object");
    return new Settings(value, `${name} of ${this.owner}`);
  }

  /** The error that says that a setting is not what it must be. */
  fault(name: string, expected: string): Error {
    const shown = this.has(name) ? JSON.stringify(this.raw(name)).slice(0, 60) : "nothing";
    return damaged(`has ${shown} as ${name} of ${this.owner}, where ${expected} was expected`);
  }

  private read<T>(
    name: string,
    otherwise: T | undefined,
    expected: string,
    parse: (value: unknown) => T | undefined,
  ): T {
    const value = this.raw(name);
    const parsed = value === undefined ? otherwise : parse(value);
    if (parsed === undefined) throw this.fault(name, expected);
    return parsed;
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
