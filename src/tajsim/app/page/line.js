// The line to tajsim: sends the latest state, at most one every so often, and comes back after a loss.

const EVERY = 60, AGAIN = 1000;

export class Line {
  constructor(heard, told) {
    this.heard = heard; // (message) of the latest state
    this.told = told; // (connected)
    this.number = 0;
    this.query = null;
    this.waiting = null;
    this.connect();
  }

  connect() {
    const address = new URL("live", location.href);
    address.protocol = "ws:";
    address.search = "";
    this.socket = new WebSocket(address);
    this.socket.onopen = () => { this.told(true); this.now(); };
    this.socket.onmessage = (event) => {
      const message = JSON.parse(event.data);
      if (message.number === this.number || message.number === 0) this.heard(message);
    };
    this.socket.onclose = (event) => {
      this.told(false, event.code);
      setTimeout(() => this.connect(), event.code === 1013 ? 10 * AGAIN : AGAIN);
    };
  }

  send(query) {
    this.query = query;
    this.number += 1;
    this.waiting ??= setTimeout(() => this.now(), EVERY);
  }

  now() {
    clearTimeout(this.waiting);
    this.waiting = null;
    if (this.socket.readyState === WebSocket.OPEN && this.query !== null) {
      this.socket.send(JSON.stringify({ number: this.number, query: this.query }));
    }
  }
}
