import { fail, type Problem } from '@zonewire/shared-protocol';
import { addressText, type RemoteAddress } from '../notify-out/remote.ts';

/** The words for what the operating system says about a socket. */
export function socketFailure(error: Error, to: RemoteAddress, transport: 'udp' | 'tcp'): Problem {
  const { code } = error as NodeJS.ErrnoException;
  const where = `${addressText(to)} (${transport.toUpperCase()})`;
  switch (code) {
    case 'ECONNREFUSED':
      return problem('connection-refused', `nothing listens at ${where}: is the server running, is the port right?`);
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENETDOWN':
    case 'EADDRNOTAVAIL':
      return problem('unreachable', `no route to ${where}`);
    case 'ECONNRESET':
    case 'EPIPE':
      return problem('connection-closed', `${where} closed the connection`);
    case 'EACCES':
    case 'EPERM':
      return problem('not-permitted', `this machine does not let us send to ${where}: is there a firewall rule?`);
    default:
      return problem('socket-error', `${where}: ${error.message}`);
  }
}

export function timeoutFailure(to: RemoteAddress, ms: number, what: string): Problem {
  return problem('timeout', `${what} from ${addressText(to)} within ${ms} ms`);
}

export function abortedFailure(to: RemoteAddress): Problem {
  return problem('aborted', `the exchange with ${addressText(to)} was given up here`);
}

export function problem(code: string, message: string): Problem {
  return fail(code, message).error;
}
