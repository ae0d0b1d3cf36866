"""What a reviewer of a pull request needs: the registry checked against everything around it."""
