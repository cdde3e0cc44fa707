import { Token } from 'aws-cdk-lib';
import type { PageOptions } from '../page-options';
import { requireAccent } from './accent';
import type { PageApiEntry, PageEntry } from './page-entry';
import { requireText } from './validation';

const MAX_LINKS = 6;
const MAX_LOGO = 1024;

/** Of the routes that a person can try, in characters: they share the environment with what is sold. */
const MAX_TRYABLE = 400;

/** The page as its handler reads it, but for the APIs; nothing where there is none. */
export function renderPage(options: PageOptions = {}, title?: string): Omit<PageEntry, 'apis'> | undefined {
  if (options.enabled === false) {
    return undefined;
  }
  const { name = title, logoUrl, accentColor, links = [] } = options;
  if (options.name !== undefined) {
    requireText('page.name', options.name, 60);
  }
  if (logoUrl !== undefined) {
    requireLogo(logoUrl);
  }
  if (links.length > MAX_LINKS) {
    throw new Error(`\`page.links\` must be at most ${MAX_LINKS}, got: ${links.length}`);
  }
  for (const { text, url } of links) {
    requireText('page.links: text', text, 40);
    requireLink(url);
  }
  const accent = accentColor === undefined ? undefined : requireAccent('page.accentColor', accentColor);
  return { name, logoUrl, accent, links: links.map(({ text, url }) => ({ text, url })) };
}

/** The first of the routes, as many as fit. */
export function tryableOf(routes: readonly string[]): PageApiEntry['tryable'] {
  let length = 0;
  return routes.filter((route) => {
    length += route.length;
    return length <= MAX_TRYABLE;
  });
}

function requireLogo(url: string): void {
  const isOwn = /^\/(?!\/)[^\s"\\]*$/.test(url);
  const isData = /^data:image\/(svg\+xml|png|webp|gif|jpeg)[;,][^"\n\r\t]+$/.test(url);
  if (!Token.isUnresolved(url) && (url.length > MAX_LOGO || !(isOwn || isData))) {
    throw new Error(
      '`page.logoUrl` must be a path of the same host, or a data URL of an image, of at most ' +
        `${MAX_LOGO} characters, since the page loads nothing from elsewhere, got: ${JSON.stringify(shortened(url))}`,
    );
  }
}

function requireLink(url: string): void {
  if (!Token.isUnresolved(url) && !/^(https:\/\/[^\s"]+|\/(?!\/)[^\s"\\]*|mailto:[^\s"]+@[^\s"]+)$/.test(url)) {
    throw new Error(
      '`page.links: url` must be an https URL, a path of the same host or a mailto address, ' +
        `got: ${JSON.stringify(shortened(url))}`,
    );
  }
}

function shortened(url: string): string {
  return url.length > 100 ? `${url.slice(0, 100)}…` : url;
}
