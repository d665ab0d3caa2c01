import { execa } from 'execa';

/** A user of this machine. */
export type Person = { readonly name: string; readonly uid: number; readonly gids: readonly number[] };

/** Makes users for a test; disposing of them removes them. Needs root. */
export class People implements AsyncDisposable {
  readonly #made: string[] = [];

  /** `role` is part of the name; `groups` beside its own. */
  async add(role: string, groups: readonly string[] = []): Promise<Person> {
    const name = `mpctl-${role}-${process.pid}`;
    const more = groups.length > 0 ? ['--groups', groups.join(',')] : [];
    await execa('useradd', ['--system', '--user-group', '--no-create-home', ...more, name]);
    this.#made.push(name);
    return knownPerson(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of this.#made.reverse()) {
      await execa('userdel', [name]);
      // It stays where somebody else was added to it.
      await execa('groupdel', [name], { reject: false });
    }
  }
}

export async function knownPerson(name: string): Promise<Person> {
  const id = async (what: string) => (await execa('id', [what, name])).stdout;
  const gids = [await id('-g'), ...(await id('-G')).split(' ')].map(Number);
  return { name, uid: Number(await id('-u')), gids: [...new Set(gids)] };
}

/** Starts a Python script as somebody. */
export function pythonAs(person: Person, script: string, ...args: string[]) {
  const who = [`--reuid=${person.uid}`, `--regid=${person.gids[0]}`, '--init-groups'];
  // The system's own: another may be where only we may look.
  const env = { PATH: '/usr/bin:/bin' };
  return execa('/usr/bin/setpriv', [...who, 'python3', '-c', script, ...args], { env });
}

const tryConnect = `
import errno, socket, sys
try:
    socket.socket(socket.AF_UNIX).connect(sys.argv[1])
    print('connected')
except OSError as error:
    print(errno.errorcode[error.errno])
`;

/** What becomes of a person's attempt to connect: `connected`, or the error's name. */
export async function connectAs(person: Person, path: string): Promise<string> {
  return (await pythonAs(person, tryConnect, path)).stdout;
}
