import { plainError, type Reply } from '../reply.ts';

/** For what Mailpit has and this version has not. */
export const notHereYet = (): Reply => ({
  status: 501,
  type: 'text/plain',
  body: 'not available in this version',
});

/** Spam checks are off: then there is no such path. */
export const checksOff = (): Reply => plainError(404, 'File not found');
