/** A place in the queue. */
export interface Turn {
  /** Resolves when everything before it has left. */
  readonly come: Promise<void>;
  /** Gives the place up, before its turn or after; the next one comes. Calling it again does nothing. */
  leave(): void;
}

interface Entry {
  readonly start: () => void;
  readonly onAhead: (ahead: number) => void;
}

/** One at a time, in the order of arrival; everyone waiting knows how many are ahead. */
export class TurnQueue {
  private readonly entries: Entry[] = [];

  /** @param onAhead told how many are ahead, at once and whenever that changes, for as long as it is not 0. */
  enter(onAhead: (ahead: number) => void): Turn {
    let start = (): void => undefined;
    const come = new Promise<void>((resolve) => {
      start = resolve;
    });
    const entry: Entry = { start, onAhead };
    this.entries.push(entry);
    this.tell(this.entries.length - 1);
    return {
      come,
      leave: () => {
        const place = this.entries.indexOf(entry);
        if (place < 0) return;
        this.entries.splice(place, 1);
        for (let index = place; index < this.entries.length; index += 1) this.tell(index);
      },
    };
  }

  private tell(index: number): void {
    const entry = this.entries[index];
    if (index === 0) entry?.start();
    else entry?.onAhead(index);
  }
}
