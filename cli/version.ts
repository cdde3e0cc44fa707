/** The version of this tool. */
export { version } from '../package.json';
