import type { Balance } from '../../../../lambda/domain/balance';
import type { SpendOutcome } from '../../../../lambda/domain/charge';
import { type Engine, engine } from './environment';

/** Gives what is left of a block back when it has lived its time, by an ADD that it repeats until an answer comes. */
export const givesBack: Engine = (connection, options) => {
  let leases = engine(connection, options);
  let [last, queue]: [number, Promise<unknown>] = [0, Promise.resolve()];
  const giveBack = async (customer: string) => {
    const left = leases.held(customer);
    leases = engine(connection, options);
    for (let given = left === 0; !given; ) {
      given = await connection.giveBack(customer, left).then(
        () => true,
        () => false,
      );
    }
  };
  return {
    spend: (request, now) => {
      const outcome = queue.then(async () => {
        if (options.milliseconds() - last >= options.life) {
          await giveBack(request.customer);
        }
        last = options.milliseconds();
        return leases.spend(request, now);
      });
      // One at a time, so that nothing else is wrong with it.
      queue = outcome.catch(() => undefined);
      return outcome;
    },
    rollOver: (...period) => leases.rollOver(...period),
    held: (customer) => leases.held(customer),
  };
};

/** Takes a write whose answer did not come for one that was done. */
export const takesErrorsForAnswers: Engine = (connection, options) => {
  let known: Balance | undefined;
  const leases = engine(connection, options);
  return {
    spend: async (request, now): Promise<SpendOutcome> => {
      try {
        const outcome = await leases.spend(request, now);
        known = outcome.spent ? outcome.balance : known;
        return outcome;
      } catch (error) {
        if (known === undefined) {
          throw error;
        }
        return { spent: true, balance: known };
      }
    },
    rollOver: (...period) => leases.rollOver(...period),
    held: (customer) => leases.held(customer),
  };
};

/** Lets everything that is held end with the period. */
export const forgetsBoughtUnits: Engine = (connection, options) => {
  let leases = engine(connection, options);
  return {
    spend: (request, now) => leases.spend(request, now),
    rollOver: async (...period) => {
      leases = engine(connection, options);
      await connection.rollOver(...period);
    },
    held: (customer) => leases.held(customer),
  };
};

/** Sends a write whose answer did not come once more, with all that it was to count. */
export const countsAgain: Engine = (connection, options) => {
  const repeating: typeof connection = Object.create(connection, {
    spend: {
      value: (...call: Parameters<typeof connection.spend>) =>
        connection.spend(...call).catch(() => connection.spend(...call)),
    },
  });
  return engine(repeating, options);
};
