/**
 * What is on a disk when its power is cut: what was synced, and of the rest what the disk liked to write, in its own order.
 * A file's blocks are written whole, each as it was at any moment since its last sync; its size likewise. Names are there
 * when their folder was synced. After a sync that failed the system takes what it did not write for written.
 */
import { closeSync, mkdirSync, openSync, readSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const blockBytes = 4096;
const headBytes = 24;
const openTruncates = 1n;

type Version<Value> = { readonly at: number; readonly value: Value };

/** Something that is written now and on disk later. */
class Cell<Value> {
  live: Value;
  #durable: Value;
  #pending: Version<Value>[] = [];

  constructor(value: Value) {
    this.live = value;
    this.#durable = value;
  }

  set(at: number, value: Value): void {
    this.live = value;
    this.#pending.push({ at, value });
  }

  /** Whatever was written up to `at` is on disk. */
  sync(at: number): void {
    while (this.#pending[0] && this.#pending[0].at <= at) {
      this.#durable = (this.#pending.shift() as Version<Value>).value;
    }
  }

  /** What was not written will not be until it is set again. */
  lose(random: () => number): void {
    this.#durable = this.survivor(random);
    this.#pending = [];
  }

  survivor(random: () => number): Value {
    const choices = [this.#durable, ...this.#pending.map(({ value }) => value)];
    return choices[Math.floor(random() * choices.length)] as Value;
  }
}

class FileNode {
  readonly size = new Cell(0);
  readonly blocks = new Map<number, Cell<Buffer | null>>();

  write(at: number, offset: number, bytes: Buffer): void {
    for (let done = 0; done < bytes.length; ) {
      const index = Math.floor((offset + done) / blockBytes);
      const start = (offset + done) % blockBytes;
      const part = bytes.subarray(done, done + blockBytes - start);
      const cell = this.#block(index);
      const block = Buffer.alloc(blockBytes);
      cell.live?.copy(block);
      part.copy(block, start);
      cell.set(at, block);
      done += part.length;
    }
    if (offset + bytes.length > this.size.live) this.size.set(at, offset + bytes.length);
  }

  resize(at: number, size: number): void {
    for (const [index, cell] of this.blocks) {
      const kept = size - index * blockBytes;
      if (kept >= blockBytes || cell.live === null) continue;
      cell.set(at, kept <= 0 ? null : Buffer.concat([cell.live.subarray(0, kept)], blockBytes));
    }
    this.size.set(at, size);
  }

  sync(at: number): void {
    for (const cell of this.#cells()) cell.sync(at);
  }

  lose(random: () => number): void {
    // The size is the file system's own, which keeps its changes until they are written.
    for (const cell of this.blocks.values()) cell.lose(random);
  }

  survivor(random: () => number): Buffer {
    const bytes = Buffer.alloc(this.size.survivor(random));
    for (const [index, cell] of this.blocks) {
      const block = cell.survivor(random);
      if (index * blockBytes < bytes.length) block?.copy(bytes, index * blockBytes);
    }
    return bytes;
  }

  *#cells(): Generator<Cell<number> | Cell<Buffer | null>> {
    yield this.size;
    yield* this.blocks.values();
  }

  #block(index: number): Cell<Buffer | null> {
    const cell = this.blocks.get(index) ?? new Cell<Buffer | null>(null);
    this.blocks.set(index, cell);
    return cell;
  }
}

type Node = FileNode | FolderNode;
/** A name in a folder that points elsewhere now; those of a rename come together. */
type Naming = {
  readonly at: number;
  readonly folder: FolderNode;
  readonly name: string;
  readonly node: Node | null;
};

class FolderNode {
  readonly live = new Map<string, Node>();
  readonly durable = new Map<string, Node>();
  pending: (readonly Naming[])[] = [];

  sync(at: number): void {
    const done = this.pending.filter(([first]) => first && first.at <= at);
    for (const namings of done) {
      for (const naming of namings) point(naming.folder.durable, naming);
      for (const { folder } of namings) folder.pending = folder.pending.filter(other => other !== namings);
    }
  }

  survivor(random: () => number): Map<string, Node> {
    const names = new Map(this.durable);
    // A disk that keeps the order of names, or one that does not.
    const first = random() < 0.5 ? Math.floor(random() * (this.pending.length + 1)) : null;
    for (const [i, namings] of this.pending.entries()) {
      if (first === null ? random() < 0.5 : i < first)
        for (const naming of namings) if (naming.folder === this) point(names, naming);
    }
    return names;
  }
}

function point(names: Map<string, Node>, { name, node }: Naming): void {
  if (node) names.set(name, node);
  else names.delete(name);
}

/** Follows the trace of a {@link Disk} from its beginning. */
export class SurvivingDisk implements Disposable {
  readonly #root: string;
  readonly #trace: number;
  readonly #random: () => number;
  readonly #rootNode = new FolderNode();
  readonly #open = new Map<string, Node>();
  /** When the sync of a descriptor began. */
  readonly #syncing = new Map<string, number>();
  #offset = 0;
  #at = 0;

  constructor(root: string, tracePath: string, random: () => number) {
    this.#root = root;
    this.#trace = openSync(tracePath, 'r');
    this.#random = random;
  }

  /** Follows the trace up to a moment. */
  follow(until: number): void {
    const head = Buffer.alloc(headBytes);
    while (this.#offset + headBytes <= until) {
      readSync(this.#trace, head, 0, headBytes, this.#offset);
      const textBytes = head.readUInt16LE(2);
      const dataBytes = head.readUInt32LE(12);
      const end = this.#offset + headBytes + textBytes + dataBytes;
      if (end > until) return;
      const rest = Buffer.alloc(textBytes + dataBytes);
      readSync(this.#trace, rest, 0, rest.length, this.#offset + headBytes);
      this.#offset = end;
      this.#at += 1;
      this.#take(head, rest.toString('utf8', 0, textBytes), rest.subarray(textBytes));
    }
  }

  /** Writes what there is after a power cut into an empty folder; each time something else. */
  copyTo(dir: string): void {
    this.#copy(this.#rootNode, dir);
  }

  #copy(folder: FolderNode, dir: string): void {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    for (const [name, node] of folder.survivor(this.#random)) {
      if (node instanceof FolderNode) this.#copy(node, join(dir, name));
      else writeFileSync(join(dir, name), node.survivor(this.#random), { mode: 0o600 });
    }
  }

  #take(head: Buffer, text: string, data: Buffer): void {
    const descriptor = `${head.readInt32LE(4)}:${head.readInt32LE(8)}`;
    const offset = head.readBigInt64LE(16);
    const node = this.#open.get(descriptor);
    switch (String.fromCharCode(head.readUInt8(0))) {
      case 'o':
        this.#open.set(descriptor, this.#opened(text, offset === openTruncates));
        break;
      case 'c':
        this.#open.delete(descriptor);
        break;
      case 'w':
        if (node instanceof FileNode) node.write(this.#at, Number(offset), data);
        break;
      case 't':
        if (node instanceof FileNode) node.resize(this.#at, Number(offset));
        break;
      case 's':
        if (head.readUInt8(1) === 0) this.#syncing.set(descriptor, this.#at);
        else if (node instanceof FileNode) node.lose(this.#random);
        break;
      case 'S':
        node?.sync(this.#syncing.get(descriptor) ?? 0);
        break;
      case 'm':
        if (text !== this.#root) this.#name([[text, new FolderNode()]]);
        break;
      case 'r': {
        const to = data.toString();
        this.#name([
          [text, null],
          [to, this.#find(text)],
        ]);
        break;
      }
      case 'l':
        this.#name([[data.toString(), this.#find(text)]]);
        break;
      case 'u':
        this.#name([[text, null]]);
        break;
    }
  }

  #opened(path: string, truncates: boolean): Node {
    const found = this.#find(path);
    if (found) {
      if (truncates && found instanceof FileNode && found.size.live > 0) found.resize(this.#at, 0);
      return found;
    }
    const made = new FileNode();
    this.#name([[path, made]]);
    return made;
  }

  #name(changes: readonly (readonly [path: string, node: Node | null])[]): void {
    const namings = changes.flatMap(([path, node]): Naming[] => {
      const folder = this.#find(dirname(path));
      const name = relative(dirname(path), path);
      return folder instanceof FolderNode ? [{ at: this.#at, folder, name, node }] : [];
    });
    for (const naming of namings) point(naming.folder.live, naming);
    for (const folder of new Set(namings.map(({ folder }) => folder))) folder.pending.push(namings);
  }

  #find(path: string): Node | null {
    let node: Node | null = this.#rootNode;
    for (const name of relative(this.#root, path).split('/')) {
      if (name === '') continue;
      node = node instanceof FolderNode ? (node.live.get(name) ?? null) : null;
    }
    return node;
  }

  [Symbol.dispose](): void {
    closeSync(this.#trace);
  }
}
