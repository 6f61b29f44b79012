"""Elite loyalty and coup-proofing: commanders, purges, bargains, mutiny."""
