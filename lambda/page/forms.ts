import { type Html, html } from './html';
import type { PageView } from './view';

/** What the page's forms can ask for. */
export const ACTIONS = [
  'sign-in',
  'sign-out',
  'sign-up',
  'buy',
  'settle',
  'portal',
  'make',
  'rotate',
  'revoke',
  'try',
] as const;

export type Action = (typeof ACTIONS)[number];

/** A form of the page, with what shows that it is the page's own. */
export function form(
  { action: url, account }: Pick<PageView, 'action' | 'account'>,
  action: Action,
  content: Html,
  {
    fields = {},
    id,
    className,
  }: { readonly fields?: Record<string, string>; readonly id?: string; readonly className?: string } = {},
): Html {
  const all = { action, ...(account !== undefined && { token: account.token }), ...fields };
  const hidden = Object.entries(all).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  const attributes = html`${id === undefined ? undefined : html` id="${id}"`}${className === undefined ? undefined : html` class="${className}"`}`;
  return html`<form method="post" action="${url}"${attributes}>${hidden}${content}</form>`;
}
