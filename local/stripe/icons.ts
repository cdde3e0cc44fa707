import { Html } from './html';

/** Drawn in the text's colour; what they say is in the text next to them. */
export const CARD_ICON = new Html(
  '<svg width="28" height="20" viewBox="0 0 28 20" fill="none" stroke="currentColor" stroke-width="1.5" ' +
    'aria-hidden="true"><rect x="1" y="1" width="26" height="18" rx="3"/><path d="M1 6.5h26M5 14h6"/></svg>',
);

export const DONE_ICON = mark('good', 'm15 27 8 8 15-17');
export const OVER_ICON = mark('quiet', 'M26 12v15l9 6');

function mark(kind: 'good' | 'quiet', path: string): Html {
  return new Html(
    `<svg class="mark ${kind}" width="52" height="52" viewBox="0 0 52 52" fill="none" stroke="currentColor" ` +
      'stroke-width="3" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">' +
      `<circle cx="26" cy="26" r="24"/><path d="${path}"/></svg>`,
  );
}
