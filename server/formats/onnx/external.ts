import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import path from "node:path";
import { besideFile } from "../../files/beside";
import { openAtOnce } from "../../files/source";
import { ProblemError } from "../../protocol/problem";

/** Where tensors find data that lie outside the model file. */
export interface ExternalData {
  /**
   * The bytes at a place described by a TensorProto's `external_data`: `location`, `offset`, `length`.
   * @param expected number of bytes that the tensor needs; taken from `length` or the file's end when absent.
   * @throws ProblemError that names the file.
   */
  read(place: ReadonlyMap<string, string>, expected?: number): Uint8Array;
}

/** Most bytes that one model may bring in from other files; ONNX itself cannot hold more in one. */
const mostBytes = 2 ** 31 - 1;

/** Data files beside a model, opened once each and read by position. Call `close` when done. */
export class ExternalFiles implements ExternalData {
  private readonly folder: string;
  private readonly open = new Map<string, { readonly descriptor: number; readonly size: number }>();
  private total = 0;

  constructor(private readonly model: string) {
    this.folder = path.dirname(path.resolve(model));
  }

  read(place: ReadonlyMap<string, string>, expected?: number): Uint8Array {
    const location = place.get("location") ?? "";
    const { descriptor, size } = this.file(location);
    const offset = this.count(location, "offset", place.get("offset") ?? "0");
    const stated = place.get("length");
    const length = stated === undefined ? (expected ?? size - offset) : this.count(location, "length", stated);
    if (expected !== undefined && length !== expected) {
      throw this.corrupt(location, `states ${length} bytes for a tensor that needs ${expected}`);
    }
    if (length < 0 || offset + length > size) {
      throw this.corrupt(location, `is expected to hold ${length} bytes at ${offset} but ends at ${size}`);
    }
    this.total += length;
    if (this.total > mostBytes) throw tooLarge(this.model);
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const count = readSync(descriptor, bytes, done, length - done, offset + done);
      if (count === 0) throw this.corrupt(location, "became shorter while it was read");
      done += count;
    }
    return bytes;
  }

  /** Absolute paths of the files that were read. */
  get paths(): readonly string[] {
    return [...new Set([...this.open.keys()].map((location) => path.resolve(this.folder, location)))];
  }

  close(): void {
    for (const { descriptor } of this.open.values()) closeSync(descriptor);
    this.open.clear();
  }

  private file(location: string): { readonly descriptor: number; readonly size: number } {
    const known = this.open.get(location);
    if (known) return known;
    const file = besideFile(this.model, location);
    if (file === undefined) {
      throw new ProblemError({
        reason: "file-corrupt",
        title: "The model points outside its folder",
        message: `${path.basename(this.model)} keeps weights in "${location}", which is not a file inside the model's own folder.`,
        advice: "Export the model again, so that its data files lie beside it.",
        file: this.model,
      });
    }
    const opened = this.openFile(file, location);
    this.open.set(location, opened);
    return opened;
  }

  private openFile(file: string, location: string): { readonly descriptor: number; readonly size: number } {
    let descriptor: number;
    try {
      descriptor = openSync(file, openAtOnce);
    } catch {
      throw this.missing(location);
    }
    const status = fstatSync(descriptor);
    if (!status.isFile()) {
      closeSync(descriptor);
      throw this.missing(location);
    }
    return { descriptor, size: status.size };
  }

  private missing(location: string): ProblemError {
    return new ProblemError({
      reason: "file-missing",
      title: "A data file of the model is missing",
      message: `${path.basename(this.model)} keeps weights in ${location}, which cannot be read in the model's folder.`,
      advice: `Copy ${location} to the same place relative to the model, or export the model into one file.`,
      file: this.model,
    });
  }

  private count(location: string, what: string, text: string): number {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (Number.isNaN(value)) throw this.corrupt(location, `is read at the impossible ${what} "${text}"`);
    return value;
  }

  private corrupt(location: string, what: string): ProblemError {
    return new ProblemError({
      reason: "file-corrupt",
      title: "A data file of the model does not fit it",
      message: `The data file ${location} of ${path.basename(this.model)} ${what}.`,
      advice: "Copy model and data file together again, or export the model again.",
      file: this.model,
    });
  }
}

/** The problem of a model beyond 2 GiB. */
export function tooLarge(model: string): ProblemError {
  return new ProblemError({
    reason: "too-large",
    title: "The model is too large",
    message: `${path.basename(model)} holds more than 2 GiB of data; models of up to 2 GiB can be read.`,
    advice: "Use a smaller model, or export the weights in half precision.",
    file: model,
  });
}
