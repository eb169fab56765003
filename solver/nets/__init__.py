"""What families of networks share: layers, losses, activations, training."""
