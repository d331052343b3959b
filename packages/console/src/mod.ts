// For the control server, on Node: the console's files, ready to send. The page itself is in page/ and runs in browsers.
export { type ConsoleFile, loadConsole } from './files.ts';
