/**
 * A process that binds sockets with the rights of somebody else, and listens on them until its channel ends. It is sent
 * one {@link BindOrder} and answers with a code for each socket, empty for one that is bound.
 */
import { MpctlError } from '../../libs/base/error.ts';
import { acceptFrom } from '../../libs/sockets/accept.ts';
import { hasSetfacl } from '../../libs/sockets/acl.ts';
import { type BindOptions, bindSockets, type SocketRequest } from '../../libs/sockets/bind-sockets.ts';

export type BindOrder = {
  /** Becomes this user, with these groups; null: stays who it is. */
  readonly user: { readonly uid: number; readonly gids: readonly number[] } | null;
  readonly requests: readonly SocketRequest[];
  readonly options: BindOptions;
};

process.once('message', async ({ user, requests, options }: BindOrder) => {
  // One that would let everybody in, if it counted.
  process.umask(0);
  if (user !== null) {
    // What it loads when it is first needed, while this folder may still be read.
    await hasSetfacl();
    // A daemon stands where it may look around.
    process.chdir('/');
    process.setgroups?.(user.gids);
    process.setgid?.(user.gids[0] ?? user.uid);
    process.setuid?.(user.uid);
  }
  const outcomes = await bindSockets(requests, options);
  for (const outcome of outcomes) {
    if (outcome instanceof MpctlError || !outcome.handle) continue;
    acceptFrom(outcome.handle, 16, { accept: socket => socket.destroy(), acceptFailed() {} });
  }
  process.send?.(outcomes.map(outcome => (outcome instanceof MpctlError ? outcome.code : '')));
});
