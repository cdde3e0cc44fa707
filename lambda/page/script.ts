/**
 * What the page does better where scripts run; without them everything works as well. It is written into the page as it stands here, so
 * nothing beyond the function can be used in it.
 */
function enhance(): void {
  const buttonsOf = (form: HTMLFormElement) => [...form.querySelectorAll('button')];

  const revealCopies = () => {
    for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copy]')) {
      button.hidden = false;
    }
  };

  const copy = async (button: HTMLButtonElement) => {
    const source = document.getElementById(button.dataset.copy ?? '');
    await navigator.clipboard.writeText(source?.textContent ?? '');
    const said = document.getElementById('said');
    if (said !== null) {
      said.textContent = button.dataset.done ?? '';
    }
    button.textContent = button.dataset.done ?? '';
  };

  const tryIt = async (form: HTMLFormElement) => {
    const body = new URLSearchParams();
    new FormData(form).forEach((value, name) => {
      body.append(name, String(value));
    });
    // A form's own member of that name is its field.
    const url = form.getAttribute('action') ?? '';
    const response = await fetch(url, { method: 'POST', body, headers: { Accept: 'text/html' } });
    const shown = new DOMParser().parseFromString(await response.text(), 'text/html');
    for (const id of ['balance', 'use', 'buy', 'try']) {
      const [old, fresh] = [document.getElementById(id), shown.getElementById(id)];
      if (old === null || fresh === null) {
        // The session is over: the page says so itself.
        location.reload();
        return;
      }
      old.replaceWith(fresh);
    }
    document.getElementById('answer')?.focus();
  };

  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('button') : null;
    if (button?.dataset.copy !== undefined) {
      void copy(button);
    }
  });

  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    if (form.dataset.sent !== undefined) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = '';
    // After the form has been read, as a button that is disabled is not sent.
    setTimeout(() => {
      for (const button of buttonsOf(form)) {
        button.setAttribute('aria-disabled', 'true');
      }
    });
    if (form.id === 'try-form') {
      event.preventDefault();
      tryIt(form).catch(() => form.submit());
    }
  });

  // A page that a browser has kept shows what was, and its forms were sent.
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) {
      location.reload();
    }
  });

  revealCopies();
}

/** As it is written into the page. */
export const SCRIPT = `(${enhance.toString()})()`;
