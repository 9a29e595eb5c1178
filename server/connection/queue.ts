/** A place in the queue. */
export interface Turn {
  /** Resolves when everything before it has left. */
  readonly come: Promise<void>;
  /** Gives the place up, before its turn or after; the next one comes. Calling it again does nothing. */
  leave(): void;
  /** Goes before all others that wait; whoever has its turn keeps it. */
  hurry(): void;
}

interface Entry {
  readonly name: string;
  readonly start: () => void;
  readonly onAhead: (ahead: readonly string[]) => void;
}

/** One at a time, in the order of arrival; everyone waiting knows who is ahead. */
export class TurnQueue {
  private readonly entries: Entry[] = [];

  /**
   * @param name what those behind are told of.
   * @param onAhead told who is ahead, the one whose turn it is first, at once and whenever that changes, for as long as
   *   there is anyone.
   */
  enter(name: string, onAhead: (ahead: readonly string[]) => void): Turn {
    let start = (): void => undefined;
    const come = new Promise<void>((resolve) => {
      start = resolve;
    });
    const entry: Entry = { name, start, onAhead };
    this.entries.push(entry);
    this.tell(this.entries.length - 1);
    return {
      come,
      leave: () => {
        const place = this.entries.indexOf(entry);
        if (place < 0) return;
        this.entries.splice(place, 1);
        this.tellFrom(place);
      },
      hurry: () => {
        const place = this.entries.indexOf(entry);
        if (place <= 1) return;
        this.entries.splice(place, 1);
        this.entries.splice(1, 0, entry);
        this.tellFrom(1);
      },
    };
  }

  private tellFrom(place: number): void {
    for (let index = place; index < this.entries.length; index += 1) this.tell(index);
  }

  private tell(index: number): void {
    const entry = this.entries[index];
    if (index === 0) entry?.start();
    else entry?.onAhead(this.entries.slice(0, index).map(({ name }) => name));
  }
}
