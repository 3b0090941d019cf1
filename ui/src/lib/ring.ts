/** A list with room for so many. New ones come on top; when it is full the oldest make way. */
export class Ring<Item> {
  readonly capacity: number;
  readonly #items: Array<Item | undefined>;
  /** Where the oldest lies. */
  #start = 0;
  #length = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#items = new Array<Item | undefined>(capacity);
  }

  get length() {
    return this.#length;
  }

  get full() {
    return this.#length === this.capacity;
  }

  /** Puts one on top. */
  push(item: Item) {
    this.#items[(this.#start + this.#length) % this.capacity] = item;
    if (this.full) this.#start = (this.#start + 1) % this.capacity;
    else this.#length++;
  }

  /** Puts one at the bottom; false where there is no room. */
  append(item: Item): boolean {
    if (this.full) return false;
    this.#start = (this.#start + this.capacity - 1) % this.capacity;
    this.#items[this.#start] = item;
    this.#length++;
    return true;
  }

  /** Takes one out, counted from the top; those above it move down. It costs as much as there are above. */
  remove(index: number) {
    if (index < 0 || index >= this.#length) return;
    for (let i = index; i > 0; i--) this.#items[this.#place(i)] = this.#items[this.#place(i - 1)];
    this.#items[this.#place(0)] = undefined;
    this.#length--;
  }

  #place(index: number) {
    return (this.#start + this.#length - 1 - index) % this.capacity;
  }

  /** Counted from the top. */
  at(index: number): Item | undefined {
    if (index < 0 || index >= this.#length) return undefined;
    return this.#items[this.#place(index)];
  }
}
