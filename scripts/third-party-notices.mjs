// The licences of what is bundled into assets/, gathered from the packages themselves.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Licences that a bundle may hold: they ask for their notice at most, and for nothing else. */
const PERMISSIVE = /^\(?(Apache-2\.0|MIT(-0)?|ISC|0BSD|BSD-[23]-Clause|BlueOak-1\.0\.0)( (AND|OR) [\w.-]+)*\)?$/;

/** The text for the bundles' metafiles, or an error that names a package whose licence does not do. */
export function thirdPartyNotices(root, metafiles) {
  const folders = new Set(metafiles.flatMap((metafile) => Object.keys(metafile.inputs)).flatMap(packageFolder));
  const notices = [...folders].sort().map((folder) => notice(join(root, folder)));
  return `What the bundles beside this file hold of other projects, each under its own licence.\n\n${notices.join('\n')}`;
}

/** `node_modules/@scope/name`, for a file in it, and the innermost where one package holds another. */
function packageFolder(input) {
  const [folder] = /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(input) ?? [];
  return folder === undefined ? [] : [folder];
}

function notice(folder) {
  const { name, version, license: declared } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  // Old packages declare an object.
  const license = declared?.type ?? declared;
  if (!PERMISSIVE.test(license)) {
    throw new Error(`${name} ${version} has a licence that the bundles may not hold: ${license}`);
  }
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? '' : `\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  const extra = join(folder, 'NOTICE');
  const attribution = existsSync(extra) ? `\n${readFileSync(extra, 'utf8').trim()}\n` : '';
  return `${'-'.repeat(80)}\n${name} ${version} (${license})\n${text}${attribution}`;
}
