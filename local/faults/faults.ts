import type { Interposed, Interposition } from '../lambda/interposition';
import { type FaultRule, fits, type Requests, type SeenRequest } from './fault';
import { startFaultyProxy } from './faulty-proxy';

/** A rule that is in force. */
export interface ActiveRule {
  /** How often it has struck. */
  readonly struck: number;
  /** Ends it. */
  lift(): void;
}

/** What was seen of requests since it was asked for. */
export interface Recording {
  readonly requests: readonly SeenRequest[];
  stop(): void;
}

interface Kept {
  readonly rule: FaultRule;
  fitting: number;
  struck: number;
}

/** What goes wrong between the functions of a local gateway and what they ask, as the rules of the moment say. */
export class Faults implements Interposition {
  private readonly rules = new Set<Kept>();
  private readonly recordings = new Set<{ readonly of: Requests; readonly requests: SeenRequest[] }>();

  /** From now on. Of several rules that fit, the one that was added first strikes. */
  public add(rule: FaultRule): ActiveRule {
    const kept: Kept = { rule, fitting: 0, struck: 0 };
    this.rules.add(kept);
    return {
      get struck() {
        return kept.struck;
      },
      lift: () => void this.rules.delete(kept),
    };
  }

  /** Lifts all rules. */
  public clear(): void {
    this.rules.clear();
  }

  /** Notes the requests that fit from now on. */
  public record(of: Requests = {}): Recording {
    const recording = { of, requests: [] as SeenRequest[] };
    this.recordings.add(recording);
    return { requests: recording.requests, stop: () => void this.recordings.delete(recording) };
  }

  /** As the local gateway starts an execution environment. */
  public open(
    functionPath: string,
    variables: Readonly<Record<string, string>>,
    end: () => Promise<void>,
  ): Promise<Interposed> {
    return startFaultyProxy({ functionPath, variables, end, strike: (request) => this.strike(request) });
  }

  private strike(request: SeenRequest): FaultRule['fault'] | undefined {
    for (const { of, requests } of this.recordings) {
      if (fits(request, of)) {
        requests.push(request);
      }
    }
    for (const kept of this.rules) {
      const { after = 0, times = Number.POSITIVE_INFINITY, fault } = kept.rule;
      if (!fits(request, kept.rule)) {
        continue;
      }
      kept.fitting++;
      if (kept.fitting > after && kept.struck < times) {
        kept.struck++;
        return fault;
      }
    }
    return undefined;
  }
}
