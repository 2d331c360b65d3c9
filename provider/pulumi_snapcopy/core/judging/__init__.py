"""What is wrong with a request or a stack: the judges that the rules name; pure functions of inputs."""
